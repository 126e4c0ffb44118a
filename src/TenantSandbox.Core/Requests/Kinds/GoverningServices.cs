namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>The headless Services that name the pods of StatefulSets.</summary>
public static class GoverningServices
{
    /// <summary>The name of a StatefulSet's governing Service.</summary>
    public static string NameOf(WorkloadSpec workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return workload.StatefulSet?.Text("serviceName") ?? workload.Name;
    }

    /// <summary>Whether the workload's only Service is headless, because it is the governing one.</summary>
    public static bool IsOwn(WorkloadSpec workload) =>
        workload is { Kind: WorkloadKind.StatefulSet, Services: null } && NameOf(workload) == workload.Name;

    /// <summary>Whether there is a governing Service beside the others.</summary>
    public static bool IsSeparate(WorkloadSpec workload) => workload?.Kind == WorkloadKind.StatefulSet && !IsOwn(workload);

    /// <summary>Refuses names that another Service has.</summary>
    internal static void CheckNames(ObjectReader spec, IReadOnlyList<WorkloadSpec> workloads, ValidationFaultList faults)
    {
        // Positions in the request are those of the list only when every workload was read.
        if (!faults.IsEmpty)
        {
            return;
        }

        // A workload without a Service may get one by an update.
        var taken = workloads.SelectMany(w => w.Services?.Select(s => s.Name) ?? [w.Name]).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, workload) in workloads.Index().Where(w => IsSeparate(w.Item)))
        {
            if (!taken.Add(NameOf(workload)))
            {
                faults.Add(
                    $"{JsonPointer.Append(spec.PointerTo("workloads"), index)}/statefulSet/serviceName",
                    ValidationFaultCodes.Duplicate,
                    "Another Service has this name. Without \"serviceName\" the Service that names the pods has the workload's.");
            }
        }
    }
}
