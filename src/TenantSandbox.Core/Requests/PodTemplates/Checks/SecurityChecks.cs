using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>What the installation decides about security contexts.</summary>
internal static class SecurityChecks
{
    private static readonly string[] Ids = ["runAsUser", "runAsGroup", "fsGroup"];

    public static void Check(JsonObject pod, string pointer, InstallationRules rules, ValidationFaultList faults)
    {
        if (pod["securityContext"] is JsonObject context)
        {
            CheckIds(context, $"{pointer}/securityContext", rules, faults);
            var groups = (context["supplementalGroups"] as JsonArray)?.Index() ?? [];
            foreach (var (i, group) in groups)
            {
                CheckId(group is JsonValue value && value.TryGetValue<long>(out var id) ? id : null, $"{pointer}/securityContext/supplementalGroups/{i}", rules, faults);
            }
        }

        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            if (container["securityContext"] is not JsonObject own)
            {
                continue;
            }

            CheckIds(own, $"{at}/securityContext", rules, faults);
            if (!rules.AllowWritableRoot && own["readOnlyRootFilesystem"]?.GetValue<bool>() is false)
            {
                faults.Add(
                    $"{at}/securityContext/readOnlyRootFilesystem",
                    ValidationFaultCodes.Forbidden,
                    "This installation allows no writable root file system. Mount an emptyDir where the program writes.",
                    "readOnlyRoot");
            }
        }
    }

    private static void CheckIds(JsonObject context, string pointer, InstallationRules rules, ValidationFaultList faults)
    {
        foreach (var name in Ids)
        {
            CheckId(PodNodes.Integer(context, name), $"{pointer}/{name}", rules, faults);
        }
    }

    private static void CheckId(long? id, string pointer, InstallationRules rules, ValidationFaultList faults)
    {
        if (id < rules.MinId || id > rules.MaxId)
        {
            var detail = string.Create(CultureInfo.InvariantCulture, $"This installation allows ids from {rules.MinId} to {rules.MaxId}.");
            faults.Add(pointer, ValidationFaultCodes.Range, detail, "idBounds");
        }
    }
}
