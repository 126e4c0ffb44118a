using System.Text.Json;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Inspection;

[Collection(ClusterCollection.Name)]
public sealed class InspectionOverTheWireTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Small = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null };

    [Fact]
    public async Task Inspect_TenantAsApplied_HasNoFindings()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(
            Small with { Replicas = 2, Command = ["/bin/sh"], Args = ["-c", "$(A)"] },
            Small with { Name = "job", Ports = [], Env = [], ReadinessProbe = new ReadinessProbe(null, 8080, []) }));

        var seen = await InspectAsync(tenant);

        Assert.Equal([], Texts(seen));
        Assert.Equal((NamespaceCondition.Present, 3), (seen.Namespace, seen.DesiredPods));
    }

    [Fact]
    public async Task Inspect_Suspended_HasNoFindings()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);

        var seen = await InspectAsync(tenant with { IsSuspended = true, PoolName = null });

        Assert.Equal([], Texts(seen));
        Assert.Equal(0, seen.DesiredPods);
    }

    [Fact]
    public async Task Inspect_NamespaceMissingForeignOrTerminating_SaysWhich()
    {
        var (missing, foreign, other, terminating) = (cluster.NewTenant(), cluster.NewTenant(), cluster.NewTenant(), cluster.NewTenant());
        await cluster.Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = NamespaceManifest.NameOf(foreign.TenantId) } });
        await cluster.Namespaces.ApplyAsync((other with { Incarnation = 2 }).Placed(), default);
        await cluster.Namespaces.ApplyAsync(terminating.Placed(), default);
        await cluster.Client.CoreV1.PatchNamespacedServiceAccountAsync(
            Merge("""{"metadata":{"finalizers":["example.com/hold"]}}"""), "tenant-workload", NamespaceManifest.NameOf(terminating.TenantId));
        await cluster.Namespaces.DeleteAsync(terminating.Namespace, default);

        var report = await cluster.Services.Make<TenantInspector>().InspectAsync(Page(missing, foreign, other, terminating), default);

        Assert.Equal(
            [NamespaceCondition.Missing, NamespaceCondition.Foreign, NamespaceCondition.Foreign, NamespaceCondition.Terminating],
            report.Tenants.Select(t => t.Namespace));
        Assert.Equal(
            [(FindingKind.NamespaceMissing, true), (FindingKind.NamespaceForeign, false), (FindingKind.NamespaceForeign, false), (FindingKind.NamespaceTerminating, false)],
            report.Tenants.Select(t => (Assert.Single(t.Findings).Kind, t.Findings[0].IsRepairable)));
        await cluster.Client.CoreV1.PatchNamespacedServiceAccountAsync(
            Merge("""{"metadata":{"finalizers":null}}"""), "tenant-workload", NamespaceManifest.NameOf(terminating.TenantId));
    }

    [Fact]
    public async Task Inspect_ObjectsDeletedAndAdded_AreFoundAndRepairedByApplying()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small, Small with { Name = "second" }));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.DeleteNamespacedResourceQuotaAsync("tenant-quota", ns);
        await cluster.Client.NetworkingV1.DeleteNamespacedNetworkPolicyAsync("tenant-network", ns);
        await cluster.Client.AppsV1.DeleteNamespacedDeploymentAsync("second", ns);
        var extra = DeploymentManifest.Deployment(Small with { Name = "extra" }, tenant, Sample.Options);
        await cluster.Client.AppsV1.CreateNamespacedDeploymentAsync(extra, ns);

        var before = await InspectAsync(tenant);
        await cluster.RunAsync(tenant);
        var after = await InspectAsync(tenant);

        string[] expected =
        [
            "objectMissing Deployment/second true", "objectMissing NetworkPolicy/tenant-network true", "objectMissing ResourceQuota/tenant-quota true",
            "objectExtra Deployment/extra true",
        ];
        Assert.Equal(expected, before.Findings.Where(f => f.Kind is FindingKind.ObjectMissing or FindingKind.ObjectExtra).Select(Text));
        Assert.Equal([], Texts(after));
    }

    [Fact]
    public async Task Inspect_FieldsRemovedByAPerson_AreRepairedByApplying()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.PatchNamespaceAsync(Merge("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}"""), ns, fieldManager: "somebody");
        await cluster.Client.CoreV1.PatchNamespacedResourceQuotaAsync(
            Merge("""{"spec":{"hard":{"services.loadbalancers":null}}}"""), "tenant-quota", ns, fieldManager: "somebody");

        var before = await InspectAsync(tenant);
        await cluster.RunAsync(tenant);

        Assert.Equal(
            [
                $"fieldChanged Namespace/{ns} metadata.labels.pod-security.kubernetes.io/enforce true",
                "fieldChanged ResourceQuota/tenant-quota spec.hard.services.loadbalancers true",
            ],
            Texts(before));
        Assert.Equal([], Texts(await InspectAsync(tenant)));
    }

    [Theory]
    [InlineData(false, "fieldChanged {0} metadata.annotations.tenantsandbox/expires-at true", "fieldChanged {0} metadata.annotations.tenantsandbox/on-expiry true")]
    [InlineData(true, "fieldChanged {0} metadata.annotations.tenantsandbox/expires-at true")]
    public async Task Inspect_ExpiryChanged_IsRepairedByApplying(bool isRenewed, params string[] expected)
    {
        var tenant = cluster.NewTenant(Small) with { Expiry = new(new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero)) };
        await cluster.RunAsync(tenant);
        var changed = tenant with { Expiry = isRenewed ? new(new(2027, 2, 28, 12, 0, 0, TimeSpan.Zero)) : null };

        var before = await InspectAsync(changed);
        await cluster.Namespaces.ApplyAsync(changed.Placed(), default);

        var name = $"Namespace/{NamespaceManifest.NameOf(tenant.TenantId)}";
        Assert.Equal(expected.Select(e => e.Replace("{0}", name, StringComparison.Ordinal)), Texts(before));
        Assert.Equal([], Texts(await InspectAsync(changed)));
    }

    [Fact]
    public async Task Inspect_FieldsSetByAnotherManager_AreReportedAndNotRepairable()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.PatchNamespacedResourceQuotaAsync(Merge("""{"spec":{"hard":{"pods":"99"}}}"""), "tenant-quota", ns, fieldManager: "somebody");
        await cluster.Client.NetworkingV1.PatchNamespacedNetworkPolicyAsync(Merge("""{"spec":{"egress":[{}]}}"""), "tenant-network", ns, fieldManager: "somebody");
        await cluster.Client.AppsV1.PatchNamespacedDeploymentAsync(
            Merge("""{"spec":{"replicas":0,"paused":true}}"""), "web", ns, fieldManager: "somebody");

        var seen = await InspectAsync(tenant);

        Assert.Equal(
            [
                "fieldOwnedByOther Deployment/web spec.paused false", "fieldOwnedByOther NetworkPolicy/tenant-network spec.egress false",
                "fieldOwnedByOther ResourceQuota/tenant-quota spec.hard.pods false", "scaled Deployment/web spec.replicas false",
            ],
            Texts(seen).Where(t => !t.StartsWith("networkOpened", StringComparison.Ordinal)));
        Assert.All(seen.Findings.Where(f => f.Kind != FindingKind.NetworkOpened), f => Assert.Contains("somebody", f.Message, StringComparison.Ordinal));
        // The rule is not taken back, so what it opens is reported like a stranger's.
        Assert.Equal(
            ["NetworkPolicy/tenant-network spec.egress opens egress to all pods of all namespaces at all ports", "NetworkPolicy/tenant-network spec.egress opens egress to any address at all ports"],
            seen.Findings.Where(f => f.Kind == FindingKind.NetworkOpened).Select(f => $"{f.Object} {f.Field} {f.Message}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Inspect_OlderSpecRuns_NamesTheFieldsWithoutTheirValues()
    {
        var before = await cluster.RunAsync(cluster.NewTenant(Small with { Env = [new("TOKEN", "old-secret"), new("GONE", "old-secret")] }));
        var spec = before.Spec with { Workloads = [Small with { Image = "registry.example/web:2", Env = [new("TOKEN", "new-secret")] }] };

        var seen = await InspectAsync(before with { Spec = spec, SpecHash = SpecRef.Of(spec).Hash });

        const string Container = "spec.template.spec.containers[name=web]";
        Assert.Equal(
            [
                $"fieldChanged Deployment/web {Container}.env[name=GONE].name true", $"fieldChanged Deployment/web {Container}.env[name=GONE].value true",
                $"fieldChanged Deployment/web {Container}.env[name=TOKEN].value true", $"fieldChanged Deployment/web {Container}.image true",
                $"fieldChanged Namespace/{NamespaceManifest.NameOf(before.TenantId)} metadata.annotations.tenantsandbox/spec-hash true",
            ],
            Texts(seen));
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_PodsThatWaitOrRunElsewhere_AreNamedWithTheCause()
    {
        // First a pod that runs: then the scheduler knows the pool's nodes.
        var moved = await cluster.RunAsync(cluster.NewTenant(Small)) with { PoolName = "elsewhere" };
        var waiting = cluster.NewTenant(Small with { CpuMillis = 500_000 });
        await cluster.Namespaces.ApplyAsync(waiting.Placed(), default);
        await cluster.Workloads.ApplyAsync(waiting.Placed(), default);
        await cluster.WatchAsync(waiting, o => o.Code is not null);

        var notReady = Assert.Single((await InspectAsync(waiting)).Findings, f => f.Kind == FindingKind.PodNotReady);
        var outside = Assert.Single((await InspectAsync(moved)).Findings, f => f.Kind == FindingKind.PodOutsidePool);

        Assert.Contains("Insufficient cpu", notReady.Message, StringComparison.Ordinal);
        Assert.Contains("not in agent pool elsewhere", outside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_StrangersPrivilegedPod_IsFoundByWhatRuns()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        // Admission refuses such a pod; it could have been there before the namespace enforced the standard, and before the policies.
        await cluster.Client.CoreV1.DeleteNamespacedResourceQuotaAsync("tenant-quota", ns);
        await cluster.Client.CoreV1.PatchNamespaceAsync(Merge("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"""), ns);
        var limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("100m"), ["memory"] = new("128Mi") };
        var stranger = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "stranger" },
            Spec = new V1PodSpec
            {
                // Before 1.24 a pod that mounts a token is refused until its account has one.
                AutomountServiceAccountToken = false,
                Containers =
                [
                    new V1Container
                    {
                        Name = "shell",
                        Image = "registry.example/shell:1",
                        Resources = new V1ResourceRequirements { Limits = limits, Requests = limits },
                        SecurityContext = new V1SecurityContext { Privileged = true },
                    },
                ],
                Volumes = [new V1Volume { Name = "root", HostPath = new V1HostPathVolumeSource { Path = "/" } }],
            },
        };
        await cluster.WithoutPoliciesAsync(() => cluster.Client.CoreV1.CreateNamespacedPodAsync(stranger, ns));
        await cluster.Client.CoreV1.PatchNamespaceAsync(Merge("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}"""), ns);

        var found = (await InspectAsync(tenant)).Findings.Where(f => f.Kind == FindingKind.PodSecurity).ToArray();

        Assert.Contains(found, f => f.Message == "violates privileged: container \"shell\" must not be privileged; remove securityContext.privileged or set it to false");
        Assert.Contains(found, f => f.Message.StartsWith("violates restrictedVolumes: volume \"root\"", StringComparison.Ordinal));
        Assert.All(found, f => Assert.Equal(("Pod/stranger", false), (f.Object, f.IsRepairable)));
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("stranger", ns, gracePeriodSeconds: 0);
        Assert.DoesNotContain((await InspectAsync(tenant)).Findings, f => f.Kind == FindingKind.PodSecurity);
    }

    [Fact]
    public async Task Inspect_SpecLost_IsAFinding()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var page = Page(tenant);

        var report = await cluster.Services.Make<TenantInspector>().InspectAsync(
            page with { Tenants = [page.Tenants[0] with { SpecHash = new string('0', 64) }] }, default);

        Assert.Equal(FindingKind.SpecUnknown, Assert.Single(report.Tenants[0].Findings).Kind);
    }

    [Fact]
    public async Task Inspect_ManyTenants_MakesAsManyCallsAsForOne()
    {
        DesiredTenant[] tenants = [.. Enumerable.Range(0, 30).Select(_ => cluster.NewTenant())];
        await Task.WhenAll(tenants.Select(t => cluster.Namespaces.ApplyAsync(t.Placed(), default)));
        var inspector = cluster.Services.Make<TenantInspector>();

        var one = await inspector.InspectAsync(Page(tenants[0]), default);
        var all = await inspector.InspectAsync(Page(tenants), default);

        Assert.Equal(one.ApiCalls, all.ApiCalls);
        Assert.InRange(all.ApiCalls, 5, 19);
        Assert.Equal(tenants.Select(t => t.TenantId), all.Tenants.Select(t => t.TenantId));
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(all).Length, 1, 16 * 1024);
    }

    private async Task<TenantObservation> InspectAsync(DesiredTenant tenant) =>
        Assert.Single((await cluster.Services.Make<TenantInspector>().InspectAsync(Page(tenant), default)).Tenants);

    private static InspectionPage Page(params DesiredTenant[] tenants) => new(
        tenants[0].ClusterId,
        KataSizing.Documented,
        [.. tenants.Select(t => new InspectedTenant(t.TenantId, t.Incarnation, t.Revision, t.PoolName, MemorySpecStore.Shared.Save(t.Spec), t.IsSuspended, t.Expiry))]);

    private static V1Patch Merge(string json) => new(json, V1Patch.PatchType.MergePatch);

    private static IEnumerable<string> Texts(TenantObservation observation) =>
        observation.Findings.Where(f => f.Kind != FindingKind.PodNotReady).Select(Text);

    private static string Text(Finding f) => string.Join(
        ' ', new[] { JsonSerializer.SerializeToElement(f.Kind).GetString(), f.Object, f.Field, f.IsRepairable ? "true" : "false" }.OfType<string>());
}
