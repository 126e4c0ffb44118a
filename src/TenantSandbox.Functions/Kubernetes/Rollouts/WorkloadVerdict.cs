using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>How far the rollout of one workload is.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Condition">How far.</param>
/// <param name="Detail">The same, for people.</param>
/// <param name="Causes">Why it isn't available, most telling first.</param>
internal sealed record WorkloadVerdict(string Workload, RolloutSeverity Condition, string Detail, IReadOnlyList<RolloutCause> Causes)
{
    /// <summary>The cause that explains the others; null when none is known.</summary>
    public RolloutCause? Cause => Causes.Count > 0 ? Causes[0] : null;

    /// <summary>It is as its kind should be.</summary>
    public static WorkloadVerdict Ready(WorkloadSpec workload, string detail = "available") => new(workload.Name, RolloutSeverity.Ready, detail, []);

    /// <summary>It needs time, for reasons that may be known.</summary>
    public static WorkloadVerdict Progressing(WorkloadSpec workload, string detail, IReadOnlyList<RolloutCause>? causes = null) =>
        new(workload.Name, RolloutSeverity.Progressing, causes is [var first, ..] ? $"{detail}; {first}" : detail, causes ?? []);

    /// <summary>Failed if the most telling cause is one that waiting can't change, else progressing.</summary>
    public static WorkloadVerdict Unavailable(WorkloadSpec workload, string progress, IReadOnlyList<RolloutCause> causes) =>
        causes is [{ IsFinal: true } final, ..] ? new(workload.Name, RolloutSeverity.Failed, $"{final}", causes)
        : Progressing(workload, progress, causes);

    /// <summary>What the pods show, and why others could not be created; most telling first.</summary>
    public static RolloutCause[] CausesOf(IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts, RolloutCause? creation) =>
    [
        .. (pods ?? []).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Select(p => PodCauses.Of(p, facts!))
            .Append(creation).OfType<RolloutCause>().OrderBy(c => c.Rank),
    ];
}

/// <summary>Verdicts from good to bad.</summary>
internal enum RolloutSeverity
{
    Ready,
    Progressing,
    Failed,
}
