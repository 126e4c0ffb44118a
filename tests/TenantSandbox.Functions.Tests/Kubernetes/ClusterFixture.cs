using System.Diagnostics.CodeAnalysis;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>
/// A cluster with sandboxed nodes: the twin's, reached as on AKS through ARM; or a real API server, when TENANTSANDBOX_KUBECONFIG
/// names its kubeconfig. Tests share it, each with tenants of its own.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class ClusterFixture : IAsyncLifetime
{
    public const string PoolName = "tsp1";

    /// <summary>Who the tests' own client is: on AKS the user of the administrator's certificate.</summary>
    private const string ClientUser = "masterclient";

    /// <summary>The app's id of the cluster.</summary>
    internal const string ClusterId = "west-1";

    private readonly string _caFile = Path.Combine(Path.GetTempPath(), $"adapters-tests-{Guid.NewGuid():n}.pem");
    private readonly string? _kubeconfig;
    private readonly Dictionary<string, string> _more;
    private readonly TwinOptions _options;
    private TwinHost? _azure;
    private TwinHost? _twin;
    private ServiceProvider? _services;
    private k8s.Kubernetes? _client;
    private int _tenants;

    public ClusterFixture()
        : this(Environment.GetEnvironmentVariable("TENANTSANDBOX_KUBECONFIG"))
    {
    }

    /// <param name="kubeconfig">A real API server's; null or empty for the twin.</param>
    /// <param name="more">Settings in addition.</param>
    /// <param name="options">The twin's options; null for the defaults.</param>
    internal ClusterFixture(string? kubeconfig, Dictionary<string, string>? more = null, TwinOptions? options = null) =>
        (_kubeconfig, _more, _options) = (kubeconfig, more ?? [], options ?? new TwinOptions());

    /// <summary>The twin, where there is one.</summary>
    internal TwinHost Twin => _twin!;

    internal bool IsTwin => _twin is not null;

    /// <summary>The tenants' Key Vault, of a twin in any case: secrets called <c>{tenantId}--*</c> are the tenant's.</summary>
    internal const string Vault = "tenants";

    /// <summary>An identity that all tenants of tests may use.</summary>
    internal const string IdentityId = "22222222-3333-4444-5555-666666666666";

    /// <summary>The Key Vaults.</summary>
    internal TwinHost Azure => _azure!;

    internal IServiceProvider Services => _services!;

    /// <summary>A client of the test's own, as an operator would have.</summary>
    internal IKubernetes Client => _client!;

    internal TenantNamespaces Namespaces => Services.Make<TenantNamespaces>();

    internal TenantWorkloads Workloads => Services.Make<TenantWorkloads>();

    internal RolloutWatch Rollouts => Services.Make<RolloutWatch>();

    public async Task InitializeAsync()
    {
        var settings = App.Settings();
        settings["Clusters__0__MaxPods"] = "50";
        settings["Timing__WatchSeconds"] = "3";
        settings["Storage__Classes__0__Name"] = "managed-csi";
        settings["Storage__Classes__0__MaxClaimGiB"] = "100";
        settings["Storage__Classes__0__MaxTenantGiB"] = "200";
        settings["Storage__Classes__0__AllowRetain"] = "true";
        settings["Network__Sources__gateway__Namespace"] = "gateways";
        settings["Network__IngressCidrs__0"] = "203.0.113.0/24";
        settings["Network__AllowNodePorts"] = "true";
        settings["Network__LoadBalancers"] = "Any";
        // Tests change what policies guard, to see it found.
        settings["Policies__Users__0"] = ClientUser;
        foreach (var (name, value) in _more)
        {
            settings[name] = value;
        }

        _azure = await TwinHost.StartAsync(_options);
        await File.WriteAllTextAsync(_caFile, _azure.CertificateAuthorityPem);
        settings["Arm__Endpoint"] = _azure.ArmEndpoint.AbsoluteUri;
        settings["Arm__CaFile"] = _caFile;
        settings["Authentication__Mode"] = "Static";
        settings["Authentication__StaticToken"] = "for-the-twin";
        settings["Secrets__Endpoint"] = _azure.VaultEndpoint.AbsoluteUri;
        settings["Secrets__CaFile"] = _caFile;
        settings["Secrets__Rules__0__Vault"] = $"https://{Vault}.vault.azure.net";
        settings["Secrets__Rules__0__Names"] = "{tenantId}--*";
        settings["Identity__TenantId"] = "33333333-4444-5555-6666-777777777777";
        settings["Identity__Rules__0__ClientId"] = IdentityId;
        settings["Identity__Rules__0__Tenants__0"] = "*";
        if (_kubeconfig is { Length: > 0 } kubeconfig)
        {
            settings["Clusters__0__Kubeconfig"] = kubeconfig;
            // It can be older than admission policies.
            settings["Policies__Required"] = "false";
            // ARM doesn't know this cluster.
            settings["Network__DenyClusterRanges"] = "false";
            settings["Clusters__0__NetworkPolicyEngine"] = "none: no packet is sent there";
            // Hollow nodes know no image's user.
            settings["Workloads__RunAsUser"] = "65532";
            _services = App.Create(settings, specs: MemorySpecStore.Shared);
            _client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(kubeconfig)));
            await LabelNodesAsync();
            await ApplyBaselineAsync();
            return;
        }

        _twin = _azure;
        settings["Clusters__0__SubscriptionId"] = _twin.Options.SubscriptionId;
        settings["Clusters__0__ResourceGroup"] = _twin.Options.ResourceGroup;
        settings["Clusters__0__Name"] = _twin.Options.Clusters[0].Name;
        _services = App.Create(settings, specs: MemorySpecStore.Shared);
        _client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(KubernetesYaml.Deserialize<k8s.KubeConfigModels.K8SConfiguration>(_twin.Kubeconfig())));
        var pools = Services.Make<AgentPools>();
        var target = Services.Make<ClusterSelection>().Select(new ClusterQuery(null, null)).Clusters[0];
        var pool = new PoolRef(target.ClusterId, PoolName, 1, TenantTier.Pooled, null, target.PoolTemplate);
        await pools.EnsureAsync(pool, default);
        var seen = await pools.ReadAsync(pool, default);
        Assert.Equal(PoolCondition.Ready, seen.Condition);
        await ApplyBaselineAsync();
    }

    /// <summary>Does what admission policies refuse even to an administrator, who can only remove their bindings.</summary>
    internal async Task WithoutPoliciesAsync(Func<Task> work)
    {
        // An old API server has none.
        if (!(await ApplyBaselineAsync()).HasPolicies)
        {
            await work();
            return;
        }

        foreach (var binding in (await Client.AdmissionregistrationV1.ListValidatingAdmissionPolicyBindingAsync()).Items)
        {
            await Client.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyBindingAsync(binding.Metadata.Name);
        }

        try
        {
            await work();
        }
        finally
        {
            await ApplyBaselineAsync();
        }
    }

    /// <summary>Applies what tenants need of a cluster, or repairs it.</summary>
    internal Task<BaselineReport> ApplyBaselineAsync() => Services.Make<ClusterBaseline>().ApplyAsync(new(ClusterId), default);

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        if (_azure is not null)
        {
            await _azure.DisposeAsync();
        }

        File.Delete(_caFile);
    }

    /// <summary>A tenant that no other test has, with one small workload unless others are given.</summary>
    internal DesiredTenant NewTenant(params WorkloadSpec[] workloads) =>
        Sample.Placed(
            $"t{Environment.ProcessId}-{Interlocked.Increment(ref _tenants)}",
            workloads.Length > 0 ? workloads : [Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null }])
        with
        { PoolName = PoolName };

    /// <summary>Puts the tenant up and waits until it runs.</summary>
    internal async Task<DesiredTenant> RunAsync(DesiredTenant tenant)
    {
        await Namespaces.ApplyAsync(tenant.Placed(), default);
        await ApplyWorkloadsAsync(tenant);
        var seen = await WatchAsync(tenant);
        Assert.True(seen.Condition == RolloutCondition.Ready, seen.Detail);
        return tenant;
    }

    /// <summary>Applies as an orchestration does: again while what must end first is still ending, for a minute at most.</summary>
    private async Task ApplyWorkloadsAsync(DesiredTenant tenant)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await Workloads.ApplyAsync(tenant.Placed(), default);
                return;
            }
            catch (ConflictException e) when (e.Code == "WorkloadTerminating" && tries < 20)
            {
                // It has waited.
            }
        }
    }

    /// <summary>Watches as an orchestration does: again and again while it progresses, for a minute at most.</summary>
    internal Task<RolloutObservation> WatchAsync(DesiredTenant tenant) => WatchAsync(tenant, seen => seen.Condition != RolloutCondition.Progressing);

    /// <summary>Watches until something is seen, for a minute at most.</summary>
    internal async Task<RolloutObservation> WatchAsync(DesiredTenant tenant, Func<RolloutObservation, bool> isEnough)
    {
        RolloutObservation seen;
        var tries = 0;
        do
        {
            seen = await Rollouts.WatchAsync(tenant.Placed(), default);
        }
        while (!isEnough(seen) && ++tries < 20);

        return seen;
    }

    /// <summary>Suspends the tenant and waits until none of its pods runs.</summary>
    internal async Task SuspendAsync(DesiredTenant tenant)
    {
        await Workloads.SuspendAsync(tenant.Placed(), default);
        SuspensionObservation seen;
        var tries = 0;
        do
        {
            seen = await Services.Make<SuspensionWatch>().WatchAsync(tenant.Placed(), default);
        }
        while (!seen.IsSuspended && ++tries < 20);

        Assert.True(seen.IsSuspended, seen.Detail);
    }

    /// <summary>Reads until a condition holds, for at most a minute: what controllers do takes them a moment.</summary>
    internal static async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition(deadline.Token))
        {
            await interval.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>The tenant's next revision, with what ran before.</summary>
    internal static DesiredTenant Next(DesiredTenant before, params WorkloadSpec[] workloads)
    {
        var spec = before.Spec with { Workloads = workloads };
        return before with
        {
            Revision = before.Revision + 1,
            Spec = spec,
            SpecHash = SpecRef.Of(spec).Hash,
            Former = new FormerTenant(before.Spec, before.PoolName, before.SizeClasses),
        };
    }

    internal Task<V1Deployment> ReadDeploymentAsync(DesiredTenant tenant, string name) =>
        Client.AppsV1.ReadNamespacedDeploymentAsync(name, NamespaceManifest.NameOf(tenant.TenantId));

    /// <summary>What an inspection of the tenant finds, as texts.</summary>
    internal async Task<IReadOnlyList<string>> FindDriftAsync(DesiredTenant tenant)
    {
        var page = new InspectionPage(
            tenant.ClusterId,
            KataSizing.Documented,
            [new InspectedTenant(tenant.TenantId, tenant.Incarnation, tenant.Revision, tenant.PoolName, MemorySpecStore.Shared.Save(tenant.Spec), tenant.IsSuspended)]);
        var seen = Assert.Single((await Services.Make<TenantInspector>().InspectAsync(page, default)).Tenants);
        return [.. seen.Findings.Where(f => f.Kind != FindingKind.PodNotReady).Select(f => $"{f.Kind} {f.Object} {f.Field}: {f.Message}")];
    }

    internal Task<V1Namespace> ReadNamespaceAsync(DesiredTenant tenant) => Client.CoreV1.ReadNamespaceAsync(NamespaceManifest.NameOf(tenant.TenantId));

    private async Task LabelNodesAsync()
    {
        var patch = new V1Patch(new { metadata = new { labels = new Dictionary<string, string> { [SandboxNodes.PoolLabel] = PoolName } } }, V1Patch.PatchType.MergePatch);
        foreach (var node in (await Client.CoreV1.ListNodeAsync(labelSelector: "kubernetes.azure.com/kata-vm-isolation=true")).Items)
        {
            await Client.CoreV1.PatchNodeAsync(patch, node.Metadata.Name);
        }
    }
}
