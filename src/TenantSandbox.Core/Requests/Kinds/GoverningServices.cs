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

    /// <summary>Whether the workload's own Service is headless, because it is the governing one.</summary>
    public static bool IsOwn(WorkloadSpec workload) => workload?.Kind == WorkloadKind.StatefulSet && NameOf(workload) == workload.Name;

    /// <summary>Whether there is a governing Service beside the workload's own.</summary>
    public static bool IsSeparate(WorkloadSpec workload) => workload?.Kind == WorkloadKind.StatefulSet && NameOf(workload) != workload.Name;

    /// <summary>Refuses names that another workload's Service has.</summary>
    internal static void CheckNames(ObjectReader spec, IReadOnlyList<WorkloadSpec> workloads, ValidationFaultList faults)
    {
        // Positions in the request are those of the list only when every workload was read.
        if (!faults.IsEmpty)
        {
            return;
        }

        var taken = workloads.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, workload) in workloads.Index().Where(w => IsSeparate(w.Item)))
        {
            if (!taken.Add(NameOf(workload)))
            {
                faults.Add(
                    $"{JsonPointer.Append(spec.PointerTo("workloads"), index)}/statefulSet/serviceName",
                    ValidationFaultCodes.Duplicate,
                    "Another workload's Service has this name.");
            }
        }
    }
}
