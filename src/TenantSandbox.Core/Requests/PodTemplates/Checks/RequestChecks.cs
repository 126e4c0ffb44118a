using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Requests of resources, which become equal to the limits: the guest is sized by limits, and the scheduler plans by requests.</summary>
internal static class RequestChecks
{
    public static void Check(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            if (container["resources"] is not JsonObject { } resources || resources["requests"] is not JsonObject requests)
            {
                continue;
            }

            foreach (var name in requests.Select(r => r.Key))
            {
                Compare(name, PodNodes.Text(requests, name), PodNodes.Text(resources["limits"], name), $"{at}/resources/requests/{name}", faults);
            }
        }
    }

    private static void Compare(string name, string? request, string? limit, string pointer, ValidationFaultList faults)
    {
        if (Amount(name, request) is not { } requested)
        {
            return;
        }

        if (Amount(name, limit) is not { } limited)
        {
            // A missing limit of CPU or memory is a fault already.
            if (name == "ephemeral-storage")
            {
                faults.Add(pointer, ValidationFaultCodes.Forbidden, "Needs a limit of the same resource.", "requestsEqualLimits");
            }
        }
        else if (requested > limited)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, "Must not be more than the limit.", "requestsEqualLimits");
        }
        else if (requested < limited)
        {
            faults.AddNote(pointer, RequestNote.Raised, $"Raised from {request} to the limit {limit}: a guest takes its whole size from its start.");
        }
    }

    private static int? Amount(string name, string? text) => text is null ? null : name == "cpu" ? QuantityValue.ParseCpu(text) : QuantityValue.ParseMiB(text);
}
