namespace TenantSandbox.Core.Requests.Network;

/// <summary>The places of a request that name a workload, to be checked once all workloads are read.</summary>
internal sealed class WorkloadReferences
{
    private readonly List<(string Name, string Pointer)> _places = [];

    /// <summary>Reads the property <c>workload</c>.</summary>
    public string? Read(ObjectReader reader)
    {
        var name = reader.Text("workload", TextRules.WorkloadName);
        if (name is not null)
        {
            _places.Add((name, reader.PointerTo("workload")));
        }

        return name;
    }

    /// <summary>Adds a validation fault for each name that no workload has.</summary>
    public void Check(IReadOnlySet<string> names, ValidationFaultList faults)
    {
        foreach (var (_, pointer) in _places.Where(p => !names.Contains(p.Name)))
        {
            faults.Add(pointer, ValidationFaultCodes.Unknown, "No workload of this request has this name.");
        }
    }
}
