using System.Text;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Secrets;

[Collection(ClusterCollection.Name)]
public sealed class SecretsOverTheWireTests(ClusterFixture cluster)
{
    private const string Vault = ClusterFixture.Vault;

    [Fact]
    public async Task ApplyWorkloads_SecretRefs_WritesThemWithTheirVersions()
    {
        var tenant = NewTenant(rollout: true);
        var pull = Set(tenant, "pull", """{"auths":{"registry.example":{"auth":"YTpi"}}}""");
        tenant = With(tenant, [
            .. tenant.Spec.SecretRefs!,
            new("pull", new Dictionary<string, string> { [".dockerconfigjson"] = Address(tenant, "pull") }, Type: SecretRef.PullSecret)]);
        var version = Set(tenant, "db", "s3cret");

        await ApplyAsync(tenant);

        var secret = await ReadAsync(tenant);
        Assert.Equal("s3cret", Encoding.UTF8.GetString(secret.Data["password"]));
        Assert.Equal(("Opaque", tenant.TenantId), (secret.Type, secret.Metadata.Labels[Labels.Tenant]));
        Assert.Equal($$"""{"password":"{{Address(tenant, "db")}}/{{version}}"}""", secret.Metadata.Annotations[Labels.SecretVersions]);
        var ofPull = await ReadAsync(tenant, "pull");
        Assert.Equal("kubernetes.io/dockerconfigjson", ofPull.Type);
        Assert.EndsWith($"/{pull}\"}}", ofPull.Metadata.Annotations[Labels.SecretVersions], StringComparison.Ordinal);
        var pod = (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Template;
        Assert.Equal("db", pod.Spec.Containers[0].Env[0].ValueFrom.SecretKeyRef.Name);
        Assert.Equal(32, pod.Metadata.Annotations[Labels.SecretMark].Length);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Inspect_NewVersionInTheVault_IsAppliedAndRolledOutByOption(bool rollout)
    {
        var tenant = NewTenant(rollout);
        var first = Set(tenant, "db", "one");
        await ApplyAsync(tenant);
        var mark = await MarkAsync(tenant);

        var second = Set(tenant, "db", "two");
        var drift = Assert.Single(await cluster.FindDriftAsync(tenant));
        Assert.Equal($"SecretOutdated Secret/db password: version {second} is in the vault, version {first} is applied", drift);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        Assert.Equal("two", Encoding.UTF8.GetString((await ReadAsync(tenant)).Data["password"]));
        Assert.Equal(rollout, mark != await MarkAsync(tenant));
        Assert.Equal(rollout, mark is not null);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_AddressWithVersion_StaysAtIt()
    {
        var tenant = NewTenant();
        var first = Set(tenant, "db", "one");
        tenant = With(tenant, [new("db", new Dictionary<string, string> { ["password"] = $"{Address(tenant, "db")}/{first}" })]);
        await ApplyAsync(tenant);

        Set(tenant, "db", "two");

        Assert.Equal([], await cluster.FindDriftAsync(tenant));
        Assert.Equal("one", Encoding.UTF8.GetString((await ReadAsync(tenant)).Data["password"]));
    }

    [Fact]
    public async Task Inspect_SecretThatAStrangerChanged_IsFoundWithoutItsValueAndRestored()
    {
        var tenant = NewTenant();
        Set(tenant, "db", "mine");
        await ApplyAsync(tenant);
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.PatchNamespacedSecretAsync(Merge("""{"stringData":{"password":"theirs","extra":"more"}}"""), "db", ns);

        Assert.Equal(
            [
                "FieldChanged Secret/db data.extra: is not part of the spec",
                "FieldChanged Secret/db data.password: has another value than the vault",
            ],
            (await cluster.FindDriftAsync(tenant)).Order(StringComparer.Ordinal));
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        Assert.Equal(["password"], (await ReadAsync(tenant)).Data.Keys);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));

        await cluster.Client.CoreV1.DeleteNamespacedSecretAsync("db", ns);
        Assert.Contains("ObjectMissing Secret/db : does not exist", await cluster.FindDriftAsync(tenant));
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        Assert.Equal("mine", Encoding.UTF8.GetString((await ReadAsync(tenant)).Data["password"]));
    }

    [Fact]
    public async Task ApplyWorkloads_ImmutableSecretOfAnotherType_IsReplaced()
    {
        var tenant = NewTenant();
        Set(tenant, "db", "mine");
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "db" },
                Type = "kubernetes.io/basic-auth",
                Immutable = true,
                StringData = new Dictionary<string, string> { ["username"] = "a" },
            },
            NamespaceManifest.NameOf(tenant.TenantId));

        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var secret = await ReadAsync(tenant);
        Assert.Equal(("Opaque", "mine"), (secret.Type, Encoding.UTF8.GetString(Assert.Single(secret.Data).Value)));
    }

    [Fact]
    public async Task ApplyWorkloads_SecretWithdrawn_KeepsItsValueAndSaysSo()
    {
        var tenant = NewTenant(rollout: true);
        Set(tenant, "db", "last");
        await ApplyAsync(tenant);
        cluster.Azure.Vaults.Enable(Vault, $"{tenant.TenantId}--db", isEnabled: false);

        var drift = Assert.Single(await cluster.FindDriftAsync(tenant));
        Assert.StartsWith("SecretUnreadable Secret/db password: SecretDisabled: secret https://tenants.vault.azure.net/", drift, StringComparison.Ordinal);
        var deployment = await cluster.ReadDeploymentAsync(tenant, "web");
        await cluster.Workloads.ApplyAsync((tenant with { Revision = 8 }).Placed(), default);

        Assert.Equal("last", Encoding.UTF8.GetString((await ReadAsync(tenant)).Data["password"]));
        Assert.Equal(deployment.Spec.Template.Metadata.Annotations, (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Template.Metadata.Annotations);
    }

    [Theory]
    [InlineData("disabled", "SecretDisabled", ErrorClass.Invalid)]
    [InlineData("deleted", "SecretNotFound", ErrorClass.NotFound)]
    [InlineData("never", "SecretNotFound", ErrorClass.NotFound)]
    [InlineData("expired", "SecretExpired", ErrorClass.Invalid)]
    [InlineData("denied", "VaultAccessDenied", ErrorClass.Invalid)]
    [InlineData("firewall", "VaultFirewall", ErrorClass.Invalid)]
    [InlineData("throttled", "VaultThrottled", ErrorClass.Throttled)]
    public async Task ApplyWorkloads_SecretThatCannotBeRead_FailsBeforeAnythingRuns(string state, string code, ErrorClass errorClass)
    {
        var tenant = NewTenant();
        var name = $"{tenant.TenantId}--db";
        if (state != "never")
        {
            cluster.Azure.Vaults.Set(Vault, name, "value", state == "expired" ? DateTimeOffset.UnixEpoch : null);
        }

        switch (state)
        {
            case "disabled":
                cluster.Azure.Vaults.Enable(Vault, name, isEnabled: false);
                break;
            case "deleted":
                cluster.Azure.Vaults.Delete(Vault, name);
                break;
            case "denied":
                Refuse(name, 403, "ForbiddenByRbac");
                break;
            case "firewall":
                Refuse(name, 403, "ForbiddenByFirewall");
                break;
            case "throttled":
                Refuse(name, 429, "Throttled", retryAfter: 7);
                break;
        }

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var failure = await Assert.ThrowsAnyAsync<SandboxException>(() => cluster.Workloads.ApplyAsync(tenant.Placed(), default));

        Assert.Equal((code, errorClass), (failure.Code, failure.ErrorClass));
        Assert.Contains(Address(tenant, "db"), failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
        Assert.Equal(state == "throttled" ? TimeSpan.FromSeconds(7) : null, (failure as ThrottledException)?.RetryAfter);
        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
    }

    [Fact]
    public async Task ApplyWorkloads_SecretOfAnotherTenantInAStoredSpec_IsRefused()
    {
        var tenant = NewTenant();
        tenant = With(tenant, [new("db", new Dictionary<string, string> { ["password"] = $"https://{Vault}.vault.azure.net/secrets/other--db" })]);
        cluster.Azure.Vaults.Set(Vault, "other--db", "theirs");
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var refused = await Assert.ThrowsAsync<InvalidException>(() => cluster.Workloads.ApplyAsync(tenant.Placed(), default));

        Assert.Equal("SecretNotAssigned", refused.Code);
    }

    [Fact]
    public async Task ApplyWorkloads_PullSecretThatIsNone_IsRefusedWithoutQuotingIt()
    {
        var tenant = NewTenant();
        Set(tenant, "db", "canary-not-json");
        tenant = With(tenant, [new("db", new Dictionary<string, string> { [SecretRef.PullSecretKey] = Address(tenant, "db") }, Type: SecretRef.PullSecret)]);
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var refused = await Assert.ThrowsAsync<InvalidException>(() => cluster.Workloads.ApplyAsync(tenant.Placed(), default));

        Assert.Equal("PullSecretMalformed", refused.Code);
        Assert.DoesNotContain("canary", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyWorkloads_SpecWithoutTheSecret_DeletesItOnceNothingRunsWithIt()
    {
        var tenant = NewTenant();
        Set(tenant, "db", "mine");
        await ApplyAsync(tenant);
        var plain = tenant with { Revision = 8, Spec = tenant.Spec with { SecretRefs = null, Workloads = [tenant.Spec.Workloads[0] with { Env = [] }] } };

        await cluster.Workloads.ApplyAsync((plain with { Former = new(tenant.Spec, tenant.PoolName, tenant.SizeClasses) }).Placed(), default);
        Assert.NotNull(await ReadAsync(tenant));
        Assert.Contains("ObjectExtra Secret/db : is not part of the spec", await cluster.FindDriftAsync(plain));
        await cluster.Workloads.ApplyAsync(plain.Placed(), default);

        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedSecretAsync(
            NamespaceManifest.NameOf(tenant.TenantId), labelSelector: $"{Labels.ManagedBy}={Labels.Product}")).Items);
    }

    [Fact]
    public async Task SuspendWorkloads_SecretWithdrawn_SucceedsWithoutAskingTheVault()
    {
        var tenant = NewTenant(rollout: true);
        Set(tenant, "db", "mine");
        await ApplyAsync(tenant);
        var template = (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Template;
        cluster.Azure.Vaults.Delete(Vault, $"{tenant.TenantId}--db");

        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);

        var suspended = await cluster.ReadDeploymentAsync(tenant, "web");
        Assert.Equal(0, suspended.Spec.Replicas);
        Assert.Equal(template.Metadata.Annotations, suspended.Spec.Template.Metadata.Annotations);
        Assert.NotNull(await ReadAsync(tenant));
        Assert.Equal([], await cluster.FindDriftAsync(tenant with { IsSuspended = true, PoolName = null }));
    }

    [Fact]
    public async Task CheckAdmission_Secrets_AreReadAndNotSent()
    {
        var (good, bad) = (NewTenant(), NewTenant());
        Set(good, "db", "canary-of-the-preflight");

        var accepted = await cluster.Services.Make<TenantAdmission>().CheckAsync(good.Placed() with { PoolName = null }, default);
        var refused = await cluster.Services.Make<TenantAdmission>().CheckAsync(bad.Placed() with { PoolName = null }, default);

        Assert.Empty(accepted.Refusals);
        Assert.StartsWith("SecretNotFound: ", Assert.Single(refused.Refusals), StringComparison.Ordinal);
        Assert.DoesNotContain((await cluster.Client.CoreV1.ListNamespacedSecretAsync("tenantsandbox-dry-runs")).Items, s => s.Metadata.Name == "db");
    }

    [Fact]
    public async Task InspectAndApply_Secrets_AreListedWithoutData()
    {
        var tenant = NewTenant();
        Set(tenant, "db", "mine");
        await ApplyAsync(tenant);

        var heads = await Functions.Kubernetes.Secrets.SecretHeads.ListSecretHeadsForAllNamespacesAsync(
            cluster.Client, $"{Labels.Tenant}={tenant.TenantId}", 10, null, default);

        var head = Assert.Single(heads.Items);
        Assert.Equal("db", head.Metadata.Name);
        Assert.Null(head.Data);
        Assert.NotNull(head.Metadata.Annotations[Labels.SecretVersions]);
    }

    private DesiredTenant NewTenant(bool rollout = false)
    {
        var tenant = cluster.NewTenant();
        var workload = tenant.Spec.Workloads[0] with
        {
            Env = [new EnvironmentVariable("PASSWORD", "", new("db", "password"))],
            SecretMounts = [new("db", "/etc/db")],
        };
        return tenant with
        {
            Spec = tenant.Spec with
            {
                Workloads = [workload],
                SecretRefs = [new("db", new Dictionary<string, string> { ["password"] = Address(tenant, "db") }, rollout)],
            },
        };
    }

    private static DesiredTenant With(DesiredTenant tenant, IReadOnlyList<SecretRef> secrets) =>
        tenant with { Spec = tenant.Spec with { SecretRefs = secrets } };

    private static string Address(DesiredTenant tenant, string name) => $"https://{Vault}.vault.azure.net/secrets/{tenant.TenantId}--{name}";

    private string Set(DesiredTenant tenant, string name, string value) => cluster.Azure.Vaults.Set(Vault, $"{tenant.TenantId}--{name}", value);

    private void Refuse(string name, int status, string code, int? retryAfter = null) => cluster.Azure.InjectedFaults.Add(
        new InjectedFault { Call = "vault.secrets.get", Target = name, Status = status, Code = code, RetryAfter = retryAfter });

    private async Task ApplyAsync(DesiredTenant tenant)
    {
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
    }

    private Task<V1Secret> ReadAsync(DesiredTenant tenant, string name = "db") =>
        cluster.Client.CoreV1.ReadNamespacedSecretAsync(name, NamespaceManifest.NameOf(tenant.TenantId));

    private async Task<string?> MarkAsync(DesiredTenant tenant)
    {
        var annotations = (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Template.Metadata.Annotations;
        return annotations?.TryGetValue(Labels.SecretMark, out var mark) == true ? mark : null;
    }

    private static V1Patch Merge(string json) => new(json, V1Patch.PatchType.MergePatch);
}
