using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>Finds the references of a pod to ConfigMaps and claims, with their JSON pointers.</summary>
internal static class VolumeReferences
{
    /// <summary>Every reference to a ConfigMap: in volumes, projected volumes and environments.</summary>
    public static IEnumerable<ConfigMapReference> ConfigMaps(JsonObject pod, string pointer) =>
        OfVolumes(pod, pointer).Concat(PodNodes.AllContainers(pod, pointer).SelectMany(c => OfEnvironment(c.Container, c.Pointer)));

    /// <summary>Every use of a claim of the tenant.</summary>
    public static IEnumerable<(string Name, string Pointer)> Claims(JsonObject pod, string pointer) =>
        from volume in PodNodes.Items(pod, "volumes")
        let name = PodNodes.Text(volume.Value["persistentVolumeClaim"], "claimName")
        where name is not null
        select (name, $"{pointer}/volumes/{volume.Index}/persistentVolumeClaim/claimName");

    /// <summary>The claims that each pod gets for itself.</summary>
    public static IEnumerable<(JsonObject Spec, string Pointer)> Ephemeral(JsonObject pod, string pointer) =>
        from volume in PodNodes.Items(pod, "volumes")
        let claim = volume.Value["ephemeral"]?["volumeClaimTemplate"]?["spec"] as JsonObject
        where claim is not null
        select (claim, $"{pointer}/volumes/{volume.Index}/ephemeral/volumeClaimTemplate/spec");

    private static IEnumerable<ConfigMapReference> OfVolumes(JsonObject pod, string pointer)
    {
        foreach (var (i, volume) in PodNodes.Items(pod, "volumes"))
        {
            var at = $"{pointer}/volumes/{i}";
            if (volume["configMap"] is JsonObject source)
            {
                yield return new(source, $"{at}/configMap", PodNodes.Text(source, "name") ?? "", KeysOf(source, $"{at}/configMap"));
            }

            foreach (var (j, projection) in volume["projected"] is JsonObject projected ? PodNodes.Items(projected, "sources") : [])
            {
                if (projection["configMap"] is JsonObject part)
                {
                    var place = $"{at}/projected/sources/{j}/configMap";
                    yield return new(part, place, PodNodes.Text(part, "name") ?? "", KeysOf(part, place));
                }
            }
        }
    }

    private static IEnumerable<ConfigMapReference> OfEnvironment(JsonObject container, string pointer)
    {
        foreach (var (i, variable) in PodNodes.Items(container, "env"))
        {
            if (variable["valueFrom"]?["configMapKeyRef"] is JsonObject source)
            {
                var at = $"{pointer}/env/{i}/valueFrom/configMapKeyRef";
                (string, string)[] keys = PodNodes.Text(source, "key") is { } key ? [(key, $"{at}/key")] : [];
                yield return new(source, at, PodNodes.Text(source, "name") ?? "", keys);
            }
        }

        foreach (var (i, import) in PodNodes.Items(container, "envFrom"))
        {
            if (import["configMapRef"] is JsonObject source)
            {
                yield return new(source, $"{pointer}/envFrom/{i}/configMapRef", PodNodes.Text(source, "name") ?? "", []);
            }
        }
    }

    private static (string Key, string Pointer)[] KeysOf(JsonObject source, string pointer) =>
    [
        .. PodNodes.Items(source, "items")
            .Select(i => (Key: PodNodes.Text(i.Value, "key"), Pointer: $"{pointer}/items/{i.Index}/key"))
            .Where(k => k.Key is not null)
            .Select(k => (k.Key!, k.Pointer)),
    ];
}

/// <summary>A reference to a ConfigMap.</summary>
/// <param name="Source">The object that has it.</param>
/// <param name="Pointer">Its location.</param>
/// <param name="Name">The ConfigMap's name; empty when it wasn't accepted.</param>
/// <param name="Keys">The keys that it names, with their locations.</param>
internal sealed record ConfigMapReference(JsonObject Source, string Pointer, string Name, IReadOnlyList<(string Key, string Pointer)> Keys);
