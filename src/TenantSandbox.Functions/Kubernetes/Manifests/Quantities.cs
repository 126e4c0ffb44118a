using System.Globalization;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// Quantities in canonical form, as the API server stores them: any other form would be a change in every apply.
/// </summary>
internal static class Quantities
{
    public static ResourceQuantity Count(long count) => new(count.ToString(CultureInfo.InvariantCulture));

    public static ResourceQuantity MiB(long mebibytes) => new(
        mebibytes % 1024 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{mebibytes / 1024}Gi")
            : string.Create(CultureInfo.InvariantCulture, $"{mebibytes}Mi"));

    public static ResourceQuantity CpuMillis(long millis) => new(
        millis % 1000 == 0
            ? (millis / 1000).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{millis}m"));
}
