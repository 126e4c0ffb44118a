using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Everything that a verification looks at, as it was read. Objects are in the form of their APIs.</summary>
/// <param name="Pool">The agent pool's resource, as ARM serves it.</param>
/// <param name="Nodes">The Nodes of the agent pool, and those that the tenant's pods name.</param>
/// <param name="RuntimeClasses">All RuntimeClasses of the cluster.</param>
/// <param name="Pods">All Pods of the tenant's namespace, whoever made them.</param>
/// <param name="Policies">All network policies of the tenant's namespace, of every kind that the cluster enforces.</param>
/// <param name="Probes">The probe of each node that the tenant uses; empty where nothing was probed.</param>
/// <param name="DryRuns">What the API server says to pods that it must refuse; one for each <see cref="ForbiddenPod"/> that was tried.</param>
/// <param name="Listener">What the control probe of the cluster found; null where none was started.</param>
public sealed record IsolationFacts(
    Seen<JsonObject> Pool,
    Seen<IReadOnlyList<JsonObject>> Nodes,
    Seen<IReadOnlyList<JsonObject>> RuntimeClasses,
    Seen<IReadOnlyList<JsonObject>> Pods,
    Seen<IReadOnlyList<JsonObject>> Policies,
    Seen<IReadOnlyList<ProbeFacts>> Probes,
    Seen<IReadOnlyList<DryRunFacts>> DryRuns,
    Seen<ListenerFacts>? Listener = null);

/// <summary>A pod that every cluster of tenants must refuse.</summary>
public enum ForbiddenPod
{
    /// <summary>A pod without a kata RuntimeClass.</summary>
    WithoutKata,

    /// <summary>A pod that mounts a directory of its node.</summary>
    WithHostPath,

    /// <summary>A pod with an image of a registry that isn't configured.</summary>
    OfForeignRegistry,
}

/// <summary>The answer of an API server to the dry run of a pod that it must refuse.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Refusal">The API server's words; null when it would take the pod.</param>
/// <param name="Failure">Why there is no answer; null when there is one.</param>
public sealed record DryRunFacts(ForbiddenPod Pod, string? Refusal, string? Failure = null);
