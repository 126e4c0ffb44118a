using Microsoft.DurableTask;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>What the steps of one operation share.</summary>
internal sealed class OperationRun
{
    public OperationRun(TaskOrchestrationContext context, OperationInput input)
    {
        Context = context;
        Input = input;
        Control = new(context);
        Progress = new(context, Control);
        Saga = new(Progress);
        Placements = new(context, input);
    }

    public TaskOrchestrationContext Context { get; }

    public OperationInput Input { get; }

    public OperationControl Control { get; }

    public OperationProgress Progress { get; }

    public Saga Saga { get; }

    public PlacementTracker Placements { get; }

    /// <summary>Steps that a person ended as accepted, each with what remains.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>What the last failed rollout showed; null for nothing.</summary>
    public IReadOnlyList<RolloutEvidence>? Evidence { get; set; }

    /// <summary>What its verification found; null until it was verified, and where nothing is.</summary>
    public IsolationOutcome? Isolation { get; set; }

    /// <summary>Whether its verification found that something runs, or may run, on the kernel of its node.</summary>
    public bool RunsOutsideGuest { get; set; }

    /// <summary>Whether the only failure of its verification is that workloads don't run.</summary>
    public bool IsOnlyNotRunning { get; set; }

    /// <summary>Runs a step; a person can skip it while it waits.</summary>
    /// <returns>False when it was skipped.</returns>
    public async Task<bool> StepAsync(string step, Func<Task> work)
    {
        Progress.BeginStep(step);
        try
        {
            await work();
            return true;
        }
        catch (StepSkippedException e)
        {
            Skipped.Add($"{Progress.Description} ({e.Message})");
            return false;
        }
    }

    /// <summary>Calls an activity; the operation's status shows its retries.</summary>
    public Task<T> CallAsync<T>(string activity, object input) => Context.CallAsync<T>(activity, input, Progress);

    /// <inheritdoc cref="CallAsync{T}"/>
    public Task CallAsync(string activity, object input) => Context.CallAsync(activity, input, Progress);

    /// <summary>The tenant's namespace on a cluster.</summary>
    public TenantNamespaceRef NamespaceOn(string clusterId) => new(Input.TenantId, Input.Incarnation, clusterId);

    /// <summary>The tenant as activities on Kubernetes get it.</summary>
    /// <param name="placement">Where it runs or will run.</param>
    /// <param name="spec">What runs there.</param>
    /// <param name="revision">The spec's revision.</param>
    /// <param name="former">What runs until it is replaced; null for nothing.</param>
    public PlacedTenant Placed(TenantPlacement placement, SpecRef spec, long revision, FormerPlacement? former = null) => new(
        Input.TenantId, Input.Incarnation, revision, placement.ClusterId, placement.PoolName, SizeClassesOf(placement), spec.Hash, Former: former,
        Expiry: revision == Input.DesiredRevision ? Input.DesiredExpiry : Input.Expiry);

    /// <summary>The RuntimeClasses of a placement; the first version didn't store them, and its pools had all documented ones.</summary>
    public static IReadOnlyList<KataSizeClass> SizeClassesOf(TenantPlacement placement) => placement.SizeClasses ?? KataSizing.Documented;
}
