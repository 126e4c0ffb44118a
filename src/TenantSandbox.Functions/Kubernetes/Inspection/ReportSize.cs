using System.Text.Json;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Keeps a report small enough to be stored in a history.</summary>
internal static class ReportSize
{
    /// <summary>Bytes of JSON; the limit of what enters a history is 16 KB.</summary>
    public const int MaxBytes = 15 * 1024;

    private const int MaxMessageLength = 200;

    /// <summary>Sorts the findings, and leaves out so many of each tenant that all fit. What is left out is counted.</summary>
    public static IReadOnlyList<TenantObservation> Limit(IReadOnlyList<TenantObservation> observations)
    {
        TenantObservation[] sorted = [.. observations.Select(Sort)];
        foreach (var most in (int[])[8, 4, 2, 1, 0])
        {
            TenantObservation[] limited = [.. sorted.Select(o => Limit(o, most))];
            if (most == 0 || JsonSerializer.SerializeToUtf8Bytes(limited).Length <= MaxBytes)
            {
                return limited;
            }
        }

        return sorted;
    }

    private static TenantObservation Limit(TenantObservation observation, int most) => observation.Findings.Count <= most
        ? observation
        : observation with { Findings = [.. observation.Findings.Take(most)], OmittedFindings = observation.Findings.Count - most };

    private static TenantObservation Sort(TenantObservation observation) => observation with
    {
        Findings =
        [
            .. observation.Findings
                .OrderBy(f => f.Kind).ThenBy(f => f.Object, StringComparer.Ordinal).ThenBy(f => f.Field, StringComparer.Ordinal)
                .Select(f => f.Message.Length <= MaxMessageLength ? f : f with { Message = $"{f.Message.AsSpan(0, MaxMessageLength - 1)}…" }),
        ],
    };
}
