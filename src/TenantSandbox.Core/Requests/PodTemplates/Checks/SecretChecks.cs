using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Every Secret that a template names is one that the request declares.</summary>
internal static class SecretChecks
{
    public static void Check(JsonObject pod, string pointer, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            foreach (var (i, variable) in PodNodes.Items(container, "env"))
            {
                if (variable["valueFrom"]?["secretKeyRef"] is JsonObject reference)
                {
                    CheckKeys(reference, "name", [(reference, "")], $"{at}/env/{i}/valueFrom/secretKeyRef", secrets, faults);
                }
            }

            foreach (var (i, source) in PodNodes.Items(container, "envFrom"))
            {
                if (source["secretRef"] is JsonObject reference)
                {
                    CheckKeys(reference, "name", [], $"{at}/envFrom/{i}/secretRef", secrets, faults);
                }
            }
        }

        foreach (var (i, volume) in PodNodes.Items(pod, "volumes"))
        {
            if (volume["secret"] is JsonObject source)
            {
                var at = $"{pointer}/volumes/{i}/secret";
                foreach (var repeated in PodNodes.Repeated(source, at, "items", f => PodNodes.Text(f, "path")))
                {
                    faults.Add($"{repeated}/path", ValidationFaultCodes.Duplicate, "Another file has this path.");
                }

                CheckKeys(source, "secretName", PodNodes.Items(source, "items").Select(f => (f.Value, $"/items/{f.Index}")), at, secrets, faults);
            }
        }

        foreach (var (i, reference) in PodNodes.Items(pod, "imagePullSecrets"))
        {
            if (PodNodes.Text(reference, "name") is { } name)
            {
                secrets.CheckPullSecret(name, $"{pointer}/imagePullSecrets/{i}/name", faults);
            }
        }
    }

    private static void CheckKeys(
        JsonObject reference,
        string property,
        IEnumerable<(JsonObject Node, string Path)> keys,
        string pointer,
        DeclaredSecrets secrets,
        ValidationFaultList faults)
    {
        if (PodNodes.Text(reference, property) is not { } name || secrets.Check(name, $"{pointer}/{property}", faults) is not { } declared)
        {
            return;
        }

        foreach (var (node, path) in keys)
        {
            if (PodNodes.Text(node, "key") is { } key)
            {
                DeclaredSecrets.CheckKey(declared, key, $"{pointer}{path}/key", faults);
            }
        }
    }
}
