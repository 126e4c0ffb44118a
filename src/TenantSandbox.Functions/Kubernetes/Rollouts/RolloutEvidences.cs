namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Selects the evidence that an observation keeps.</summary>
internal static class RolloutEvidences
{
    private const int MaxMessageLength = 300;

    /// <summary>While the rollout goes on less is kept: every poll's observation is stored.</summary>
    private const int MaxWhileProgressing = 4;

    /// <summary>Causes first, then other warnings, newest first; each fact once.</summary>
    public static IReadOnlyList<RolloutEvidence> Of(RolloutCondition condition, IEnumerable<RolloutCause> causes, RolloutFacts facts)
    {
        var events = facts.Events
            .OrderByDescending(RolloutEvents.At)
            .ThenBy(e => e.InvolvedObject?.Name, StringComparer.Ordinal)
            .Select(e => new RolloutEvidence(
                $"{e.InvolvedObject?.Kind}/{e.InvolvedObject?.Name}", e.Reason ?? "", Text(e.Reason, e.Message), RolloutEvents.Count(e), RolloutEvents.At(e)));
        return
        [
            .. causes.OrderBy(c => c.Rank).Select(c => new RolloutEvidence(c.Object, c.Code, Cut(c.Message), c.Count, c.At))
                .Concat(events)
                .DistinctBy(e => (e.Object, e.Reason, e.Message))
                .Take(condition == RolloutCondition.Failed ? RolloutObservation.MaxEvidence : MaxWhileProgressing),
        ];
    }

    private static string Text(string? reason, string? message) =>
        Cut(reason == "Unhealthy" ? CauseTexts.WithoutProgramOutput(message ?? "") : message ?? "");

    private static string Cut(string text) => text.Length <= MaxMessageLength ? text : string.Concat(text.AsSpan(0, MaxMessageLength - 1), "…");
}
