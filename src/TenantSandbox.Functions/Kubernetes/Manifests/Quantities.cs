using System.Globalization;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// Amounts in the one spelling that the API server keeps (canonical form): another spelling of the same amount would show
/// up as a change at every apply.
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
