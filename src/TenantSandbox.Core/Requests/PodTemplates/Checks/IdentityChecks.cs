using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Identities;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>A template leaves the names free that an identity needs.</summary>
internal static class IdentityChecks
{
    public static void Check(JsonObject pod, string pointer, bool hasIdentity, ValidationFaultList faults)
    {
        if (!hasIdentity)
        {
            return;
        }

        foreach (var (i, _) in PodNodes.Items(pod, "volumes").Where(v => PodNodes.Text(v.Value, "name") == IdentityNames.Volume))
        {
            faults.Add(
                $"{pointer}/volumes/{i}/name",
                ValidationFaultCodes.Forbidden,
                "The app adds a volume of this name, because the workload has an identity.",
                IdentityNames.Rule);
        }

        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            foreach (var (i, variable) in PodNodes.Items(container, "env"))
            {
                IdentityNames.CheckVariable(PodNodes.Text(variable, "name") ?? "", $"{at}/env/{i}/name", faults);
            }

            foreach (var (i, mount) in PodNodes.Items(container, "volumeMounts"))
            {
                if (PodNodes.Text(mount, "mountPath") is { } path && IdentityNames.Hides(path))
                {
                    faults.Add($"{at}/volumeMounts/{i}/mountPath", ValidationFaultCodes.Forbidden, IdentityNames.Hidden, IdentityNames.Rule);
                }
            }
        }
    }
}
