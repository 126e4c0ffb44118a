using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>Writes a stored workload's kind as requests do, to compare specs.</summary>
internal static class KindChanges
{
    /// <summary>The default kind is stated, a range takes the place of the number of replicas, and a Job's pods follow from its settings.</summary>
    public static void Normalize(JsonObject workload)
    {
        if (workload["scaling"] is { } range)
        {
            workload.Remove("scaling");
            workload["replicas"] = range.DeepClone();
        }

        workload["kind"] ??= nameof(WorkloadKind.Deployment);
        if (workload["kind"]?.GetValue<string>() is nameof(WorkloadKind.Job) or nameof(WorkloadKind.CronJob))
        {
            workload.Remove("replicas");
        }
    }
}
