using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>The size of the guest, and the volumes that take memory from it.</summary>
internal static class GuestChecks
{
    public static void Check(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        if (!GuestSize.Containers(pod, "containers").Any() || PodNodes.AllContainers(pod, pointer).Any(c => !HasLimits(c.Container)))
        {
            // Refused already, and the sum of the others says nothing.
            return;
        }

        var guest = GuestSize.Of(pod);
        if (guest.CpuMillis is < RequestLimits.MinCpuMillis or > RequestLimits.MaxCpuMillis)
        {
            faults.Add(
                $"{pointer}/containers",
                ValidationFaultCodes.Range,
                $"The CPU limits of all containers must be from 10m to 64; they are {QuantityValue.FormatCpu(guest.CpuMillis)}.",
                "guestSize");
        }

        if (guest.MemoryMiB is < RequestLimits.MinMemoryMiB or > RequestLimits.MaxMemoryMiB)
        {
            faults.Add(
                $"{pointer}/containers",
                ValidationFaultCodes.Range,
                "The memory limits of all containers, which are the guest's memory, must be from 128Mi (a kata guest's minimum) to 512Gi; "
                    + $"they are {QuantityValue.FormatMiB(guest.MemoryMiB)}.",
                "guestSize");
            return;
        }

        CheckMemoryVolumes(pod, guest.MemoryMiB, pointer, faults);
    }

    private static void CheckMemoryVolumes(JsonObject pod, int guestMiB, string pointer, ValidationFaultList faults)
    {
        var sum = 0L;
        foreach (var (i, volume) in PodNodes.Items(pod, "volumes").Where(v => PodNodes.Text(v.Value["emptyDir"], "medium") == "Memory"))
        {
            var at = $"{pointer}/volumes/{i}/emptyDir/sizeLimit";
            if (PodNodes.Text(volume["emptyDir"], "sizeLimit") is not { } limit)
            {
                faults.Add(at, ValidationFaultCodes.Required, "\"sizeLimit\" is required with \"medium\": \"Memory\": the volume takes it from the guest.");
                continue;
            }

            sum += QuantityValue.ParseMiB(limit);
            if (sum > guestMiB - RequestLimits.MinMemoryMiB)
            {
                faults.Add(
                    at,
                    ValidationFaultCodes.Range,
                    "Leaves the containers less than 128Mi of the guest's memory. Raise a container's memory limit by the volume's size.",
                    "guestSize");
            }
        }
    }

    private static bool HasLimits(JsonObject container) =>
        container["resources"]?["limits"] is { } limits && limits["cpu"] is not null && limits["memory"] is not null;
}
