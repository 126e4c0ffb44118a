namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Rules about what the API server refuses, tried by dry run in the tenant's namespace.</summary>
internal static class AdmissionRules
{
    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        Of("admission.runtime-class", "A pod without a kata RuntimeClass is refused.", ForbiddenPod.WithoutKata),
        Of("admission.host-path", "A pod that mounts a directory of its node is refused.", ForbiddenPod.WithHostPath),
        Of("admission.registry", "A pod with an image of another registry than the configured ones is refused.", ForbiddenPod.OfForeignRegistry),
    ];

    private static IsolationRule Of(string id, string expects, ForbiddenPod pod) => new(id, IsolationArea.Admission, expects, (facts, e) =>
    {
        if (e.NotRefused.TryGetValue(pod, out var reason))
        {
            return [Observation.NotApplicable(e.Namespace, "refused", reason)];
        }

        var answer = facts.DryRuns.Value!.FirstOrDefault(d => d.Pod == pod);
        return
        [
            answer is null ? Observation.Of(e.Namespace, "refused", null, isMet: false, "It was not tried.")
            : answer.Failure is { } failure ? Observation.Of(e.Namespace, "refused", null, isMet: false, failure)
            : Observation.Of(e.Namespace, "refused", answer.Refusal is null ? "accepted" : $"refused: {answer.Refusal}", answer.Refusal is not null),
        ];
    });
}
