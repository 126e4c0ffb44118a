using System.Reflection;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Baseline;

/// <summary>The baseline on a cluster that serves admission policies.</summary>
public sealed class BaselineOverTheWireTests : IAsyncLifetime
{
    private const string Settings = "policy-settings";
    private const string SettingsNamespace = "tenantsandbox-policies";
    private const string Lists = "kube.validatingadmissionpolicies.list";

    private readonly ClusterFixture _cluster = new(kubeconfig: null);

    private IKubernetes Client => _cluster.Client;

    private ClusterBaseline Baseline => _cluster.Services.Make<ClusterBaseline>();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Apply_Again_ReadsOnly()
    {
        var settings = await ReadSettingsAsync();
        Assert.Contains("user.app", settings.Data.Keys);
        Assert.True(await Baseline.IsCurrentAsync(ClusterFixture.ClusterId, default));
        var before = CountWrites();

        var report = await _cluster.ApplyBaselineAsync();

        Assert.Equal((true, false, 0), (report.HasPolicies, report.IsFirst, report.Changes.Count));
        Assert.Equal(before, CountWrites());
    }

    /// <summary>Somebody changes one object after the other.</summary>
    [Fact]
    public async Task Apply_Drift_IsNamedAndRepaired()
    {
        (string Object, string Detail, Func<Task> Change)[] drifts =
        [
            ("ValidatingAdmissionPolicy/tenantsandbox-pod-host", "did not exist",
                () => Client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyAsync("tenantsandbox-pod-host")),
            ("ValidatingAdmissionPolicyBinding/tenantsandbox-pod-host", "did not exist",
                () => Client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyBindingAsync("tenantsandbox-pod-host")),
            ("ValidatingAdmissionPolicy/tenantsandbox-pod-runtime", "spec.validations[0].expression is true",
                () => ChangePolicyAsync("tenantsandbox-pod-runtime", p => p.Validations[0].Expression = "true")),
            ("ValidatingAdmissionPolicy/tenantsandbox-pod-limits", "spec.failurePolicy should not be set, is Ignore",
                () => ChangePolicyAsync("tenantsandbox-pod-limits", p => p.FailurePolicy = "Ignore")),
            ("ValidatingAdmissionPolicyBinding/tenantsandbox-services", "spec.validationActions[0] is Audit, should be Deny",
                () => ChangeBindingAsync("tenantsandbox-services", b => b.ValidationActions = ["Audit"])),
            ("ValidatingAdmissionPolicyBinding/tenantsandbox-labels", "spec.matchResources.excludeResourceRules should not be set",
                () => ChangeBindingAsync("tenantsandbox-labels", b => b.MatchResources.ExcludeResourceRules =
                    [new V1NamedRuleWithOperations { ApiGroups = ["*"], ApiVersions = ["*"], Operations = ["*"], Resources = ["*"] }])),
            ("ConfigMap/policy-settings", "data.user.more should not be set, is mallory", () => ChangeSettingsAsync(s => s.Data["user.more"] = "mallory")),
            ("ConfigMap/policy-settings", "data.user.app is mallory", () => ChangeSettingsAsync(s => s.Data["user.app"] = "mallory")),
            ("ConfigMap/policy-settings", "did not exist", () => Client.CoreV1.DeleteNamespacedConfigMapAsync(Settings, SettingsNamespace)),
            ("RuntimeClass/tenantsandbox-kata-1gi", "did not exist", () => Client.NodeV1.DeleteRuntimeClassAsync("tenantsandbox-kata-1gi")),
            ("RuntimeClass/tenantsandbox-kata-1gi", "handler is runc, should be kata", () => ChangeRuntimeClassAsync(c => c.Handler = "runc")),
            ("RuntimeClass/tenantsandbox-kata-1gi", "overhead.podFixed.memory is 1Mi, should be 128Mi",
                () => ChangeRuntimeClassAsync(c => c.Overhead.PodFixed["memory"] = new ResourceQuantity("1Mi"))),
            ("RuntimeClass/tenantsandbox-kata-1gi", "scheduling is missing", () => ChangeRuntimeClassAsync(c => c.Scheduling = null)),
            ("PriorityClass/tenantsandbox-tenant", "value is 7, should be 1000000", () => ChangePriorityClassAsync(c => c.Value = 7)),
            ("PriorityClass/tenantsandbox-tenant", "globalDefault should not be set, is true", () => ChangePriorityClassAsync(c => c.GlobalDefault = true)),
        ];
        foreach (var (name, detail, change) in drifts)
        {
            await change();

            var report = await _cluster.ApplyBaselineAsync();

            var found = Assert.Single(report.Changes);
            Assert.False(report.IsFirst);
            Assert.Equal(name, found.Object);
            Assert.StartsWith(detail, found.Detail, StringComparison.Ordinal);
            Assert.Empty((await _cluster.ApplyBaselineAsync()).Changes);
            Assert.True(await Baseline.IsCurrentAsync(ClusterFixture.ClusterId, default), $"after {name}: {detail}");
        }
    }

    /// <summary>Writes of every kind fail, before or after they took effect, and so does the last one, which says that the baseline is complete.</summary>
    [Fact]
    public async Task Apply_BrokenOffAtWritesOfEveryKind_IsCompletedByTheNextTries()
    {
        var manifests = _cluster.Services.GetRequiredService<BaselineManifests>();
        IKubernetesObject<V1ObjectMeta>[] all = [manifests.Namespace(), manifests.Settings("me"), .. manifests.Objects(hasPolicies: true)];
        await RemoveBaselineAsync();
        var broken = all.GroupBy(o => o.GetType()).SelectMany(k => new[] { k.First(), k.Last() }).Distinct().Where(o => o is not V1PriorityClass).ToArray();
        foreach (var (index, item) in broken.Index())
        {
            Inject($"kube.{PluralOf(item)}.patch", item.Metadata.Name, index % 3 == 0 ? InjectedFaultKind.LoseAnswer : InjectedFaultKind.Refuse);
        }

        Inject("kube.configmaps.update", Settings, InjectedFaultKind.Refuse);
        var failures = 0;
        BaselineReport? report = null;
        while (report is null)
        {
            try
            {
                report = await _cluster.ApplyBaselineAsync();
            }
            catch (TransientException)
            {
                Assert.False(await Baseline.IsCurrentAsync(ClusterFixture.ClusterId, default));
                failures++;
            }
        }

        Assert.Equal(broken.Length + 1, failures);
        Assert.True(report.IsFirst);
        Assert.Empty((await _cluster.ApplyBaselineAsync()).Changes);
        Assert.True(await Baseline.IsCurrentAsync(ClusterFixture.ClusterId, default));
    }

    [Fact]
    public async Task Apply_ClusterWithoutThePolicies_IsRefusedWithTheReason()
    {
        await RemoveBaselineAsync();
        RefuseLists(_cluster);

        var refused = await Assert.ThrowsAsync<InvalidException>(_cluster.ApplyBaselineAsync);

        Assert.Equal("AdmissionPoliciesMissing", refused.Code);
        Assert.Contains("Kubernetes 1.30", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((await Client.CoreV1.ListNamespaceAsync()).Items, n => n.Metadata.Name == SettingsNamespace);
    }

    [Fact]
    public async Task Apply_ClusterWithoutThePoliciesThatIsAccepted_HasTheRestAndGetsThemLater()
    {
        var accepting = new ClusterFixture(kubeconfig: null, new() { ["Policies__Required"] = "false" });
        await accepting.InitializeAsync();
        try
        {
            await RemoveBaselineAsync(accepting);
            RefuseLists(accepting);

            var without = await accepting.ApplyBaselineAsync();
            Assert.Equal((false, true), (without.HasPolicies, without.IsFirst));
            Assert.True(await accepting.Services.Make<ClusterBaseline>().IsCurrentAsync(ClusterFixture.ClusterId, default));
            Assert.NotEmpty((await accepting.Client.NodeV1.ListRuntimeClassAsync(labelSelector: $"{Labels.ManagedBy}={Labels.Product}")).Items);

            // As after the cluster's upgrade.
            accepting.Twin.InjectedFaults.Clear();
            var later = await accepting.ApplyBaselineAsync();
            Assert.Equal((true, false), (later.HasPolicies, later.IsFirst));
            Assert.NotEmpty(later.Changes);
            Assert.Empty((await accepting.ApplyBaselineAsync()).Changes);
        }
        finally
        {
            await accepting.DisposeAsync();
        }
    }

    [Fact]
    public async Task Apply_NameOfSomeoneElse_IsRefusedAndLeftAlone()
    {
        await Client.SchedulingV1.PatchPriorityClassAsync(
            new V1Patch("""{"metadata":{"labels":{"app.kubernetes.io/managed-by":"Helm"}}}""", V1Patch.PatchType.MergePatch), PriorityClassManifest.Name);

        var refused = await Assert.ThrowsAsync<InvalidException>(_cluster.ApplyBaselineAsync);

        Assert.Equal("BaselineNotOwned", refused.Code);
        Assert.Contains("managed-by=Helm", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAdmission_WithoutTheBaseline_SaysSoAndWritesNothing()
    {
        await RemoveBaselineAsync();
        var before = CountWrites();
        var tenant = _cluster.NewTenant().Placed() with { PoolName = null };

        var answer = await _cluster.Services.Make<TenantAdmission>().CheckAsync(tenant, default);

        Assert.True(answer.NeedsBaseline);
        Assert.Empty(answer.Refusals);
        Assert.Equal(before, CountWrites());
        await _cluster.ApplyBaselineAsync();
        Assert.Equal((false, 0), await _cluster.Services.Make<TenantAdmission>().CheckAsync(tenant, default) is var second ? (second.NeedsBaseline, second.Refusals.Count) : default);
    }

    [Fact]
    public async Task CheckAdmission_Again_WritesNothingButDryRuns()
    {
        var admission = _cluster.Services.Make<TenantAdmission>();
        var tenant = _cluster.NewTenant().Placed() with { PoolName = null };
        await admission.CheckAsync(tenant, default);
        var version = await VersionOfTheDryRunNamespaceAsync();
        var before = _cluster.Twin.Calls.Snapshot();

        await admission.CheckAsync(tenant, default);

        Assert.Equal(version, await VersionOfTheDryRunNamespaceAsync());
        var calls = _cluster.Twin.Calls.Snapshot();
        Assert.Equal(before.GetValueOrDefault("kube.namespaces.patch"), calls.GetValueOrDefault("kube.namespaces.patch"));
        Assert.Equal(before.GetValueOrDefault("kube.runtimeclasses.patch"), calls.GetValueOrDefault("kube.runtimeclasses.patch"));
        Assert.Equal(before.GetValueOrDefault("kube.configmaps.get") + 1, calls.GetValueOrDefault("kube.configmaps.get"));
    }

    private static string PluralOf(IKubernetesObject<V1ObjectMeta> item) => item.GetType().GetCustomAttribute<KubernetesEntityAttribute>()!.PluralName;

    private void Inject(string call, string target, InjectedFaultKind kind) =>
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = call, Target = target, Kind = kind, Status = 503 });

    private static void RefuseLists(ClusterFixture cluster) => cluster.Twin.InjectedFaults.Add(
        new InjectedFault { Call = Lists, Kind = InjectedFaultKind.Refuse, Status = 404, Code = "NotFound", Times = null });

    private Task RemoveBaselineAsync() => RemoveBaselineAsync(_cluster);

    private static async Task RemoveBaselineAsync(ClusterFixture cluster)
    {
        var client = cluster.Client;
        await client.CoreV1.DeleteNamespaceAsync(SettingsNamespace);
        await ClusterFixture.WaitUntilAsync(async token =>
            (await client.CoreV1.ListNamespaceAsync(cancellationToken: token)).Items.All(n => n.Metadata.Name != SettingsNamespace));
        foreach (var binding in (await client.AdmissionregistrationV1.ListValidatingAdmissionPolicyBindingAsync()).Items)
        {
            await client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyBindingAsync(binding.Metadata.Name);
        }

        foreach (var policy in (await client.AdmissionregistrationV1.ListValidatingAdmissionPolicyAsync()).Items)
        {
            await client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyAsync(policy.Metadata.Name);
        }

        foreach (var runtimeClass in (await client.NodeV1.ListRuntimeClassAsync(labelSelector: $"{Labels.ManagedBy}={Labels.Product}")).Items)
        {
            await client.NodeV1.DeleteRuntimeClassAsync(runtimeClass.Metadata.Name);
        }
    }

    private long CountWrites() => _cluster.Twin.Calls.Snapshot()
        .Where(c => c.Key.StartsWith("kube.", StringComparison.Ordinal) && c.Key.Split('.')[^1] is "create" or "update" or "patch" or "delete" && !c.Key.Contains("selfsubject", StringComparison.Ordinal))
        .Sum(c => c.Value);

    private Task<V1ConfigMap> ReadSettingsAsync() => Client.CoreV1.ReadNamespacedConfigMapAsync(Settings, SettingsNamespace);

    private async Task<string> VersionOfTheDryRunNamespaceAsync() => (await Client.CoreV1.ReadNamespaceAsync("tenantsandbox-dry-runs")).Metadata.ResourceVersion;

    private async Task ChangePolicyAsync(string name, Action<V1ValidatingAdmissionPolicySpec> change)
    {
        var policy = await Client.AdmissionregistrationV1.ReadValidatingAdmissionPolicyAsync(name);
        change(policy.Spec);
        await Client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyAsync(policy, name);
    }

    private async Task ChangeBindingAsync(string name, Action<V1ValidatingAdmissionPolicyBindingSpec> change)
    {
        var binding = await Client.AdmissionregistrationV1.ReadValidatingAdmissionPolicyBindingAsync(name);
        change(binding.Spec);
        await Client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyBindingAsync(binding, name);
    }

    private async Task ChangeSettingsAsync(Action<V1ConfigMap> change)
    {
        var settings = await ReadSettingsAsync();
        change(settings);
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(settings, Settings, SettingsNamespace);
    }

    // A class's handler can't be changed: somebody deletes it and makes another one, and takes the policy away meanwhile, which refuses that.
    private async Task ChangeRuntimeClassAsync(Action<V1RuntimeClass> change)
    {
        const string name = "tenantsandbox-kata-1gi";
        var item = await Client.NodeV1.ReadRuntimeClassAsync(name);
        change(item);
        item.Metadata = new V1ObjectMeta { Name = name, Labels = item.Metadata.Labels };
        var bindings = (await Client.AdmissionregistrationV1.ListValidatingAdmissionPolicyBindingAsync()).Items
            .Where(b => b.Spec.PolicyName == "tenantsandbox-runtime-classes").ToArray();
        foreach (var binding in bindings)
        {
            await Client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyBindingAsync(binding.Metadata.Name);
        }

        await Client.NodeV1.DeleteRuntimeClassAsync(name);
        await Client.NodeV1.CreateRuntimeClassAsync(item);
        foreach (var binding in bindings)
        {
            binding.Metadata = new V1ObjectMeta { Name = binding.Metadata.Name, Labels = binding.Metadata.Labels };
            await Client.AdmissionregistrationV1.CreateValidatingAdmissionPolicyBindingAsync(binding);
        }
    }

    private async Task ChangePriorityClassAsync(Action<V1PriorityClass> change)
    {
        var item = await Client.SchedulingV1.ReadPriorityClassAsync(PriorityClassManifest.Name);
        change(item);
        item.Metadata = new V1ObjectMeta { Name = PriorityClassManifest.Name, Labels = item.Metadata.Labels };
        await Client.SchedulingV1.DeletePriorityClassAsync(PriorityClassManifest.Name);
        await Client.SchedulingV1.CreatePriorityClassAsync(item);
    }
}
