using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Label selectors and spread constraints.</summary>
internal static class SchedulingChecks
{
    public static void Check(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        foreach (var repeated in PodNodes.Repeated(pod, pointer, "topologySpreadConstraints", c => PodNodes.Text(c, "topologyKey")))
        {
            faults.Add($"{repeated}/topologyKey", ValidationFaultCodes.Duplicate, "Another constraint has this topology key.");
        }

        CheckSelectors(pod["topologySpreadConstraints"], $"{pointer}/topologySpreadConstraints", faults);
        CheckSelectors(pod["affinity"], $"{pointer}/affinity", faults);
    }

    private static void CheckSelectors(JsonNode? node, string pointer, ValidationFaultList faults)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var (i, item) in items.Index())
                {
                    CheckSelectors(item, JsonPointer.Append(pointer, i), faults);
                }

                break;
            case JsonObject fields:
                CheckValues(fields, pointer, faults);
                foreach (var (name, value) in fields)
                {
                    CheckSelectors(value, JsonPointer.Append(pointer, name), faults);
                }

                break;
        }
    }

    private static void CheckValues(JsonObject fields, string pointer, ValidationFaultList faults)
    {
        if (PodNodes.Text(fields, "operator") is not { } comparison)
        {
            return;
        }

        var hasValues = fields["values"] is not null;
        if (comparison is "In" or "NotIn" && !hasValues)
        {
            faults.Add($"{pointer}/values", ValidationFaultCodes.Required, "\"values\" is required with In and NotIn.");
        }
        else if (comparison is "Exists" or "DoesNotExist" && hasValues)
        {
            faults.Add($"{pointer}/values", ValidationFaultCodes.Exclusive, "Must be absent with Exists and DoesNotExist.");
        }
    }
}
