using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>
/// Evaluates pods against the Kubernetes Pod Security Standards (page "Pod Security Standards" of the Kubernetes documentation). Check ids, and
/// what the page leaves open, are those of Pod Security Admission (repository kubernetes/pod-security-admission, folder policy).
/// </summary>
public static class PodSecurityEvaluator
{
    /// <summary>
    /// The version of the standards. A namespace that pins an older one can refuse more: 1.35 exempted pods in user namespaces from some
    /// checks, and 1.37 added safe sysctls.
    /// </summary>
    public const string Version = "v1.37";

    /// <summary>Every check: baseline first, each level by id, as admission reports them.</summary>
    internal static IReadOnlyList<PodSecurityCheck> Checks { get; } =
    [
        .. HostChecks.All.Concat(PrivilegeChecks.All).Concat(ProfileChecks.All).Concat(VolumeChecks.All)
            .OrderBy(c => c.Level).ThenBy(c => c.Id, StringComparer.Ordinal),
    ];

    private static readonly HashSet<string> Overridden = [.. Checks.Select(c => c.Overrides).OfType<string>()];

    /// <summary>Runs every check of a level on a pod or a pod template. Pure.</summary>
    /// <param name="pod">
    /// An object with <c>spec</c> and, for its annotations, <c>metadata</c>, in the form of the API. Nulls count as absent. A boolean, number or
    /// string of another JSON type counts as forbidden.
    /// </param>
    /// <param name="level">The level; restricted includes baseline.</param>
    /// <returns>At most one violation of each check, ordered by level and id; empty for a pod that the level allows.</returns>
    /// <exception cref="ArgumentException">There is no <c>spec</c>.</exception>
    public static IReadOnlyList<PodSecurityViolation> Evaluate(JsonObject pod, PodSecurityLevel level)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var evaluated = new EvaluatedPod(pod);
        return [.. Checks.Where(c => IsPartOf(c, level)).Select(c => c.Run(evaluated)).OfType<PodSecurityViolation>()];
    }

    private static bool IsPartOf(PodSecurityCheck check, PodSecurityLevel level) => level == PodSecurityLevel.Restricted
        ? !Overridden.Contains(check.Id)
        : check.Level == PodSecurityLevel.Baseline;
}

/// <summary>The levels of the Pod Security Standards that restrict anything.</summary>
public enum PodSecurityLevel
{
    /// <summary>Prevents known privilege escalations.</summary>
    Baseline,

    /// <summary>Requires current hardening practices.</summary>
    Restricted,
}

/// <summary>A check that a pod doesn't pass.</summary>
/// <param name="Check">The check's id in Pod Security Admission, such as <c>capabilities_restricted</c>.</param>
/// <param name="Fields">JSON pointers of the fields to change, from the root of the pod; some are absent and must be set.</param>
/// <param name="Message">Which part of the pod must be changed and how; names containers, volumes and forbidden values.</param>
public sealed record PodSecurityViolation(string Check, IReadOnlyList<string> Fields, string Message);
