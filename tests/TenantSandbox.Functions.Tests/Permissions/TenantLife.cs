using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Workloads;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Kubernetes;
using TenantSandbox.Functions.Tests.Orchestrations;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>
/// The whole life of a tenant that uses every feature, with the app's own orchestrations and activities against the twin, which records every
/// permission that the app needs. One run, whatever tests are selected, so that the record is always complete.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class TenantLife : IAsyncLifetime
{
    private const string Tenant = "acme";
    private const string Namespace = $"tenant-{Tenant}";
    private const string Finalizer = "example.com/hold";

    /// <summary>The user that the twin takes the app's token for.</summary>
    private const string AppUser = "for-the-twin";

    private const string SubnetId =
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-tenant-sandbox/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes";

    private static readonly MaintenanceSettings Settings = new(
        100, TimeSpan.Zero, TimeSpan.FromMinutes(1), true, TimeSpan.FromDays(30), TimeSpan.FromHours(4), ChecksBaselines: true);

    // Long enough that every change is still under way when the app looks, so that it watches.
    private static readonly TimingProfile Timing = TimingProfile.Instant with
    {
        KataSandboxStart = TimeSpan.FromSeconds(1),
        PodTermination = TimeSpan.FromSeconds(1),
        NamespaceSweep = TimeSpan.FromSeconds(1),
    };

    private readonly AccessLog _log = new();
    private readonly ClusterFixture _cluster;
    private InProcessTaskHub? _hub;
    private int _requests;

    public TenantLife() => _cluster = new(
        kubeconfig: null,
        new()
        {
            ["Verification__ProbeImage"] = "registry.example/probe@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            ["Clusters__0__EgressByHostName"] = "true",
            ["Network__HostNames__0"] = "{tenant}.example.com",
            ["Network__Gateway__Namespace"] = "default",
            ["Network__Gateway__Name"] = "public",
        },
        new TwinOptions
        {
            AccessLog = _log,
            Timing = Timing,
            Clusters = [new() { SubnetId = SubnetId }],
            Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" },
        });

    /// <summary>The actions in Azure that the app needed.</summary>
    internal IReadOnlyList<ArmAction> Actions => [.. _log.Actions.Where(a => a.Caller == AppUser)];

    /// <summary>The verbs in Kubernetes that the app needed.</summary>
    internal IReadOnlyList<KubernetesAccess> Accesses => [.. _log.Accesses.Where(a => a.Caller == AppUser)];

    private InProcessTaskHub Hub => _hub!;

    private ClusterOperator Operator => new(_cluster.Client);

    public async Task InitializeAsync()
    {
        await _cluster.InitializeAsync();
        _hub = new InProcessTaskHub(TestSystem.Functions, DateTimeOffset.UtcNow, TestSystem.CurrentVersion);
        _hub.AddAppActivities(_cluster.Services);
        await _hub.StartAsync();

        await Operator.CreateGatewayAsync();
        _cluster.Azure.Vaults.Set(ClusterFixture.Vault, $"{Tenant}--db", "value");
        await SubmitAsync(TenantRequestKind.Onboard, TenantLifeRequests.EveryFeature, TenantPhase.Ready);
        await ReadAsync();
        await Operator.ChangeBaselineAsync();
        await MaintainAsync(MaintenanceTask.ReconcileClusters);
        await Operator.ReplaceBaselineAsync();
        await MaintainAsync(MaintenanceTask.ReconcileClusters);
        await MaintainAsync(MaintenanceTask.ReconcileTenants);
        await ActAsync(TenantVerb.Suspend, TenantPhase.Suspended);
        await ActAsync(TenantVerb.Resume, TenantPhase.Ready);
        await Operator.OpenNetworkAsync(Namespace);
        await ActAsync(TenantVerb.Verify, TenantPhase.Quarantined);
        await ActAsync(TenantVerb.LiftQuarantine, TenantPhase.Ready);
        await SubmitAsync(TenantRequestKind.Update, TenantLifeRequests.FewFeatures, TenantPhase.Ready);
        await MaintainAsync(MaintenanceTask.SweepOrphans);
        await MaintainAsync(MaintenanceTask.Rebuild);
        await Operator.HoldAsync(Namespace, Finalizer);
        await ActAsync(TenantVerb.ForceOffboard, TenantPhase.Offboarded, [Finalizer]);
    }

    public async Task DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        await _cluster.DisposeAsync();
    }

    private async Task SubmitAsync(TenantRequestKind kind, string json, TenantPhase expected)
    {
        var parsed = TenantRequestParser.Parse(Encoding.UTF8.GetBytes(json), kind, DateTimeOffset.UtcNow, _cluster.Services.GetRequiredService<InstallationRules>());
        Assert.Empty(parsed.Faults);
        MemorySpecStore.Shared.Save(parsed.Spec!);
        await SettleAsync(await Submissions.StartAsync(Hub.Client, new("test", $"request-{++_requests}"), parsed.Request!, Hub.Clock.GetUtcNow(), default), expected);
    }

    private async Task ActAsync(TenantVerb verb, TenantPhase expected, IReadOnlyList<string>? finalizers = null)
    {
        var command = new OperatorCommand($"command-{++_requests}", Tenant, verb, "ann", "test", Hub.Clock.GetUtcNow(), "test", Finalizers: finalizers);
        await SettleAsync(await Submissions.StartAsync(Hub.Client, command, default), expected);
    }

    private async Task SettleAsync(SubmissionStart submission, TenantPhase expected)
    {
        await Hub.SettleAsync();
        var answer = (await Hub.Client.GetInstanceAsync(submission.InstanceId, getInputsAndOutputs: true))!.ReadOutputAs<SubmitAnswer>()!;
        Assert.True(answer.Outcome == SubmitOutcome.Accepted, answer.Message);
        var tenant = (await Hub.Client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(Tenant)))!.State;
        Assert.True(tenant.Phase == expected, $"{answer.OperationId}: {tenant.Phase}, {JsonSerializer.Serialize(tenant.LastError)}");
        Assert.True(expected == TenantPhase.Quarantined || tenant.LastError is null, $"{answer.OperationId}: {tenant.LastError?.Message}");
    }

    private async Task MaintainAsync(MaintenanceTask task)
    {
        var id = task.ToInstanceId();
        await Hub.Client.ScheduleNewOrchestrationInstanceAsync($"{task}Orchestration", new MaintenanceInput(task, Settings, "ann"), new StartOrchestrationOptions(id));
        await Hub.SettleAsync();
        var ended = await Hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        Assert.True(ended is { RuntimeStatus: Microsoft.DurableTask.Client.OrchestrationRuntimeStatus.Completed }, $"{task}: {ended?.FailureDetails?.ErrorMessage}");
    }

    /// <summary>What operators read over HTTP.</summary>
    private async Task ReadAsync()
    {
        var tenant = new TenantNamespaceRef(Tenant, 1, ClusterFixture.ClusterId);
        var reader = _cluster.Services.GetRequiredService<WorkloadStateReader>();
        Assert.NotEmpty((await reader.ReadAsync(tenant, default)).Workloads);
        var pods = await reader.FindPodsAsync(tenant, "web", default);
        using var log = await _cluster.Services.GetRequiredService<PodLogs>().OpenAsync(
            ClusterFixture.ClusterId, Assert.Single(pods!), "web", new LogRange(10, null, IsFollowing: false, IsPrevious: false, LimitBytes: 1000), default);
    }
}
