using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Model;

/// <summary>One random history: months of virtual time with requests, commands, faults and people who delete things.</summary>
internal sealed class ModelRun(int seed, TestSystem system)
{
    private const int Steps = 60;

    private static readonly string[] TenantIds = ["acme", "beta", "coda", "delta"];
    private static readonly MaintenanceSettings Settings = new(2, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), true, TimeSpan.FromDays(20), TimeSpan.FromHours(6));

    private static readonly MaintenanceTask[] Timers =
    [
        MaintenanceTask.ReconcileTenants, MaintenanceTask.ReconcileClusters, MaintenanceTask.SweepOrphans, MaintenanceTask.ExpireTenants,
        MaintenanceTask.Watchdog, MaintenanceTask.PurgeHistory,
    ];

    private readonly Random _random = new(seed);
    private readonly LifecycleModel _model = new();
    private readonly List<string> _log = [];
    private readonly Dictionary<string, long> _revisions = [];
    private int _commands;

    /// <summary>What was done, for a failed run.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>The orchestrations that haven't ended, with what they wait for.</summary>
    public async Task<IReadOnlyList<string>> DescribeRunningAsync()
    {
        var running = new List<string>();
        await foreach (var instance in system.Hub.Client.GetAllInstancesAsync(new OrchestrationQuery { FetchInputsAndOutputs = true }))
        {
            if (!instance.IsCompleted)
            {
                running.Add($"{instance.InstanceId} {instance.RuntimeStatus} since {instance.CreatedAt:MM-dd HH:mm}: {instance.SerializedCustomStatus}");
            }
        }

        return [$"now {system.Now:MM-dd HH:mm}, next timer {system.Hub.Service.NextTimerDue:MM-dd HH:mm}, clock {system.Hub.Clock.NextDue:MM-dd HH:mm}", .. running];
    }

    /// <exception cref="Xunit.Sdk.XunitException">An invariant is violated.</exception>
    public async Task RunAsync()
    {
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync();
            await PassTimeAsync(TimeSpan.FromMinutes(Math.Pow(10, _random.NextDouble() * 3.6)));
            Assert.Empty(system.Cloud.Violations);
        }

        RemoveFaults();
        await RecoverAsync();
        await CheckAsync();
        await OffboardAllAsync();
    }

    private Task StepAsync() => _random.Next(20) switch
    {
        0 or 1 or 2 or 3 => RequestAsync(TenantRequestKind.Onboard),
        4 or 5 or 6 => RequestAsync(TenantRequestKind.Update),
        7 => RequestAsync(TenantRequestKind.Suspend),
        8 => RequestAsync(TenantRequestKind.Resume),
        9 or 10 => RequestAsync(TenantRequestKind.Offboard),
        11 => RequestAsync(TenantRequestKind.Renew),
        12 => ActAsync(Pick([TenantVerb.Cancel, TenantVerb.Retry, TenantVerb.Reconcile, TenantVerb.Compensate, TenantVerb.Suspend, TenantVerb.Resume])),
        13 => DoAsync("a pool is deleted", () => PickOrNull([.. system.Cloud.Pools]), system.Cloud.RemovePool),
        14 => DoAsync("a namespace is deleted", () => PickOrNull([.. system.Cloud.Namespaces]), RemoveNamespace),
        15 => TerminateAsync(),
        16 or 17 => DoAsync("a fault begins", () => "", _ => AddFault()),
        18 => DoAsync("the faults end", () => "", _ => RemoveFaults()),
        _ => MaintainAsync(Pick(Timers)),
    };

    private async Task RequestAsync(TenantRequestKind kind)
    {
        var tenant = Pick(TenantIds);
        var last = _revisions.GetValueOrDefault(tenant);
        var revision = _random.Next(6) == 0 ? Math.Max(1, last - _random.Next(3)) : last + 1;
        var expiry = _random.Next(5) == 0 || kind == TenantRequestKind.Renew
            ? new TenantExpiry(system.Now.AddDays(_random.Next(1, 40)), Pick([ExpiryAction.Offboard, ExpiryAction.Suspend]))
            : null;
        var tier = Pick([TenantTier.Pooled, TenantTier.Pooled, TenantTier.Dedicated]);
        var replicas = _random.Next(1, 5);
        var request = kind switch
        {
            TenantRequestKind.Onboard => TestSystem.Onboard(tenant, revision, tier, replicas, expiry),
            TenantRequestKind.Update => TestSystem.Update(tenant, revision, tier, replicas, Pick(["nginx", "nginx:2"]), expiry),
            TenantRequestKind.Offboard => TestSystem.Offboard(tenant, _random.Next(3) == 0 ? null : revision),
            _ => TestSystem.Request(kind, tenant, kind == TenantRequestKind.Renew ? null : revision, kind == TenantRequestKind.Renew ? expiry : null),
        };
        system.Cloud.SaveSpec(TestSystem.Spec(tier, replicas, kind == TenantRequestKind.Update ? "nginx" : "nginx"));
        system.Cloud.SaveSpec(TestSystem.Spec(tier, replicas, "nginx:2"));
        var id = await system.SubmitAsync(request);
        await system.SettleAsync(system.Now);
        if (await system.Hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true) is not { IsCompleted: true } submission || Submissions.AnswerOf(submission) is not { } answer)
        {
            Assert.Fail($"{kind} of {tenant} got no answer");
            return;
        }

        _log.Add($"{system.Now:MM-dd HH:mm} {kind} {tenant} {request.Revision}: {answer.Outcome} {answer.OperationId} {answer.Message}");
        Assert.Null(_model.Note(request, answer));
        if (answer.Outcome is SubmitOutcome.Accepted or SubmitOutcome.Done or SubmitOutcome.NotFound or SubmitOutcome.Gone)
        {
            _revisions[tenant] = Math.Max(last, Math.Max(revision, answer.CurrentRevision));
        }
    }

    private async Task ActAsync(TenantVerb verb)
    {
        var tenant = Pick(TenantIds);
        _log.Add($"{system.Now:MM-dd HH:mm} operator: {verb} {tenant}");
        _model.NoteDisturbed(tenant);
        await Submissions.StartAsync(
            system.Hub.Client, new OperatorCommand($"command-{++_commands}", tenant, verb, "operator", "model", system.Now), CancellationToken.None);
    }

    private async Task TerminateAsync()
    {
        var running = new List<string>();
        await foreach (var instance in system.Hub.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])))
        {
            running.Add(instance.InstanceId);
        }

        if (PickOrNull([.. running.Order(StringComparer.Ordinal)]) is not { } id)
        {
            return;
        }

        _log.Add($"{system.Now:MM-dd HH:mm} a person terminates {id}");
        _model.NoteDisturbed(id.Split('.')[0]);
        await system.Hub.Client.TerminateInstanceAsync(id);
        if (_random.Next(2) == 0)
        {
            await system.SettleAsync(system.Now);
            await system.Hub.Client.PurgeInstanceAsync(id);
        }
    }

    private async Task MaintainAsync(MaintenanceTask task)
    {
        _log.Add($"{system.Now:MM-dd HH:mm} {task}");
        var input = new MaintenanceInput(task, Settings, null);
        var id = task.ToInstanceId();
        if (await system.Hub.Client.GetInstanceAsync(id) is { IsCompleted: false })
        {
            return;
        }

        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync($"{task}Orchestration", input, new Microsoft.DurableTask.StartOrchestrationOptions(id));
        await PassTimeAsync(TimeSpan.FromMinutes(5));
    }

    private Task DoAsync(string what, Func<string?> pick, Action<string> act)
    {
        if (pick() is { } target)
        {
            act(target);
            _log.Add($"{system.Now:MM-dd HH:mm} {what} {target}");
        }

        return Task.CompletedTask;
    }

    private void RemoveNamespace(string key)
    {
        var (cluster, name) = (key.Split('/')[0], key.Split('/')[1]);
        system.Cloud.RemoveNamespace(cluster, name.Split('.')[0], int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private void AddFault()
    {
        switch (_random.Next(5))
        {
            case 0:
                system.Cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "no capacity", ErrorClass: ErrorClass.Capacity, Code: "AllocationFailed");
                break;
            case 1:
                system.Cloud.NamespaceBlocker = "finalizer example.com/hold";
                break;
            case 2:
                system.Cloud.Rollout = new(RolloutCondition.Failed, "bad image", "ImagePullBackOff", ErrorClass.Invalid);
                break;
            default:
                var activity = Pick([
                    ActivityNames.EnsurePool, ActivityNames.ReadPool, ActivityNames.DeletePool, ActivityNames.CheckAdmission, ActivityNames.ApplyNamespace, ActivityNames.ApplyWorkloads,
                    ActivityNames.WatchRollout, ActivityNames.DeleteNamespace, ActivityNames.PublishEvent, ActivityNames.SelectClusters]);
                system.Cloud.Failures.Add(new InjectedFailure(
                    activity, Pick<ErrorClass?>([ErrorClass.Transient, ErrorClass.Throttled, ErrorClass.Invalid, null]), system.Cloud.CallsOf(activity) + 1, _random.Next(1, 4), _random.Next(2) == 0));
                break;
        }
    }

    private void RemoveFaults()
    {
        system.Cloud.PoolResults.Clear();
        system.Cloud.NamespaceBlocker = null;
        system.Cloud.Rollout = new(RolloutCondition.Ready, "all available");
        system.Cloud.Failures.Clear();
    }

    /// <summary>Time for every operation to end, then what the timers do; two reconciles must be enough.</summary>
    private async Task RecoverAsync()
    {
        await PassTimeAsync(TimeSpan.FromHours(13));
        await MaintainAsync(MaintenanceTask.Watchdog);
        await PassTimeAsync(TimeSpan.FromHours(13));
        for (var round = 0; round < 2; round++)
        {
            await MaintainAsync(MaintenanceTask.ReconcileClusters);
            await MaintainAsync(MaintenanceTask.ReconcileTenants);
            await PassTimeAsync(TimeSpan.FromHours(2));
        }

        foreach (var tenant in _model.Tenants.Keys)
        {
            if (await StateAsync(tenant) is { Phase: TenantPhase.TeardownFailed })
            {
                var verb = _model.Tenants[tenant].IsWanted ? TenantVerb.Compensate : TenantVerb.ForceOffboard;
                await Submissions.StartAsync(
                    system.Hub.Client, new OperatorCommand($"command-{++_commands}", tenant, verb, "operator", "left over", system.Now), CancellationToken.None);
            }
        }

        await PassTimeAsync(TimeSpan.FromHours(3));
    }

    private async Task CheckAsync()
    {
        foreach (var tenant in _model.Tenants.Keys)
        {
            var state = await StateAsync(tenant);
            var fault = _model.Check(tenant, state);
            Assert.True(fault is null, $"{tenant}: {fault}");
            if (state is null)
            {
                continue;
            }

            Assert.True(state.Operation is null, $"{tenant}: {state.Operation?.Id} still runs");
            var namespaces = system.Cloud.Namespaces.Where(n => n.StartsWith($"aks1/{tenant}.", StringComparison.Ordinal)).ToArray();
            if (state.Phase is TenantPhase.Ready or TenantPhase.Suspended)
            {
                Assert.Equal([$"aks1/{tenant}.{state.Incarnation}"], namespaces);
            }
            else
            {
                Assert.Empty(namespaces);
            }

            if (state.Phase == TenantPhase.Ready)
            {
                Assert.Contains($"aks1/{state.Placement!.PoolName}", system.Cloud.Pools);
            }
        }

        var ledger = await system.LedgerAsync();
        foreach (var pool in ledger.Pools.Where(p => p.DedicatedTo is not null))
        {
            Assert.All(pool.Reservations, r => Assert.Equal(pool.DedicatedTo, r.TenantId));
        }
    }

    private async Task OffboardAllAsync()
    {
        foreach (var tenant in _model.Tenants.Keys)
        {
            await system.SubmitAsync(TestSystem.Offboard(tenant));
            await PassTimeAsync(TimeSpan.FromHours(1));
        }

        for (var round = 0; round < 3; round++)
        {
            await PassTimeAsync(TimeSpan.FromHours(13));
            await MaintainAsync(MaintenanceTask.ReconcileClusters);
            await MaintainAsync(MaintenanceTask.SweepOrphans);
        }

        await PassTimeAsync(TimeSpan.FromHours(3));
        await system.AssertNothingLeftAsync();
    }

    private async Task PassTimeAsync(TimeSpan time)
    {
        var until = system.Now + time;
        await system.SettleAsync(until);
        if (system.Now < until)
        {
            system.Hub.Clock.Advance(until - system.Now);
        }
    }

    private async Task<TenantState?> StateAsync(string tenant) =>
        await TenantStates.ReadAsync(system.Hub.Client, tenant, CancellationToken.None);

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private string? PickOrNull(string[] from) => from.Length == 0 ? null : Pick([.. from.Order(StringComparer.Ordinal)]);
}
