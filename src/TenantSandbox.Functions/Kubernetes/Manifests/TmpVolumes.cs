using System.Globalization;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The writable /tmp of containers that mount nothing there: most programs need one, and the root file system may be read-only.</summary>
internal static class TmpVolumes
{
    private const string Path = "/tmp";
    private const string Name = "tmp";

    /// <summary>Gives each container a volume of its own: programs don't expect others' files in /tmp.</summary>
    public static void Add(V1PodSpec pod, int sizeMiB)
    {
        var taken = (pod.Volumes ?? []).Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var container in pod.AllContainers().Where(c => !(c.VolumeMounts ?? []).Any(m => m.MountPath.TrimEnd('/') == Path)))
        {
            var name = FreeName(taken);
            pod.Volumes = [.. pod.Volumes ?? [], new V1Volume { Name = name, EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = Quantities.MiB(sizeMiB) } }];
            container.VolumeMounts = [.. container.VolumeMounts ?? [], new V1VolumeMount { Name = name, MountPath = Path }];
        }
    }

    private static string FreeName(HashSet<string> taken)
    {
        var name = Name;
        for (var i = 1; !taken.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{Name}-{i}");
        }

        return name;
    }
}
