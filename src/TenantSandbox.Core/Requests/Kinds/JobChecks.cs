using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>What compares settings of a Job with each other and with its kind.</summary>
internal static class JobChecks
{
    private const string NeedsIndexed = "Needs \"completionMode\": \"Indexed\".";

    public static void Check(JsonObject job, WorkloadKind kind, string pointer, ValidationFaultList faults)
    {
        var isIndexed = PodNodes.Text(job, "completionMode") == "Indexed";
        if (isIndexed && !job.ContainsKey("completions"))
        {
            faults.Add($"{pointer}/completions", ValidationFaultCodes.Required, "\"completions\" is required with \"completionMode\": \"Indexed\".");
        }

        foreach (var name in ((string[])["backoffLimitPerIndex", "successPolicy"]).Where(n => !isIndexed && job.ContainsKey(n)))
        {
            faults.Add($"{pointer}/{name}", ValidationFaultCodes.Exclusive, NeedsIndexed);
        }

        if (job.ContainsKey("maxFailedIndexes") && !job.ContainsKey("backoffLimitPerIndex"))
        {
            faults.Add($"{pointer}/maxFailedIndexes", ValidationFaultCodes.Exclusive, "Needs \"backoffLimitPerIndex\".");
        }

        if (kind == WorkloadKind.Job && job.ContainsKey("ttlSecondsAfterFinished"))
        {
            faults.Add(
                $"{pointer}/ttlSecondsAfterFinished",
                ValidationFaultCodes.Forbidden,
                "The finished Job is kept until the workload changes or goes: without it, it would run again. Leave it out.",
                "finishedJob");
        }

        CheckFailurePolicy(job, pointer, faults);
    }

    private static void CheckFailurePolicy(JsonObject job, string pointer, ValidationFaultList faults)
    {
        if (job["podFailurePolicy"] is not JsonObject policy)
        {
            return;
        }

        if (PodNodes.Text(job, "podReplacementPolicy") == "TerminatingOrFailed")
        {
            faults.Add($"{pointer}/podReplacementPolicy", ValidationFaultCodes.Exclusive, "Must be \"Failed\" or absent with \"podFailurePolicy\".");
        }

        foreach (var (i, rule) in PodNodes.Items(policy, "rules"))
        {
            if (PodNodes.Text(rule, "action") == "FailIndex" && !job.ContainsKey("backoffLimitPerIndex"))
            {
                faults.Add($"{pointer}/podFailurePolicy/rules/{i}/action", ValidationFaultCodes.Exclusive, "\"FailIndex\" needs \"backoffLimitPerIndex\".");
            }
        }
    }
}
