using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>What the installation allows of claims, and what pods can do with them.</summary>
internal sealed class ClaimChecks(InstallationRules rules, ValidationFaultList faults)
{
    /// <summary>The setting that allows StorageClasses, for messages.</summary>
    public const string Setting = "TenantSandbox__Storage__Classes";

    private readonly Dictionary<string, JsonObject> _claims = new(StringComparer.Ordinal);
    private readonly HashSet<string> _attached = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    /// <summary>Judges a claim of the request.</summary>
    public void Declare(JsonObject claim, string pointer)
    {
        if (PodNodes.Text(claim, "name") is { } name)
        {
            _claims.TryAdd(name, claim);
        }

        if (Judge(claim, pointer, 1) is { AllowRetain: false } && PodNodes.Text(claim, "onOffboard") == "retain")
        {
            faults.Add(
                $"{pointer}/onOffboard",
                ValidationFaultCodes.Forbidden,
                $"This installation keeps no volumes of this StorageClass ({Setting}, AllowRetain).",
                "retainedVolumes");
        }
    }

    /// <summary>Judges how the pods of a workload use claims, and the claims that each of them gets.</summary>
    public void CheckUse(JsonObject pod, string pointer, string workload, int pods)
    {
        var isReported = false;
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, at) in VolumeReferences.Claims(pod, pointer))
        {
            if (!_claims.TryGetValue(name, out var claim))
            {
                faults.Add(at, ValidationFaultCodes.Unknown, "The request has no claim of this name. Add it to \"claims\".", "ownObjects");
            }
            else if (IsSingleAttach(claim) && own.Add(name))
            {
                isReported = CheckSingleAttach(name, at, workload, pods, isReported);
            }
        }

        foreach (var (claim, at) in VolumeReferences.Ephemeral(pod, pointer))
        {
            Judge(claim, at, Math.Max(pods, 1));
        }
    }

    private bool CheckSingleAttach(string name, string at, string workload, int pods, bool isReported)
    {
        const string Why = "Its volume attaches to one node, and capacity is reserved in a pool, not on a node, so the second pod could wait for ever.";
        if (!_attached.Add(name))
        {
            faults.Add(at, ValidationFaultCodes.Exclusive, $"Another workload uses the claim. {Why}", "singleAttach");
        }

        if (pods > 1 && !isReported)
        {
            faults.Add(
                $"{workload}/replicas",
                ValidationFaultCodes.Range,
                $"Must be 1 with a claim of ReadWriteOnce or ReadWriteOncePod. {Why} Use an ephemeral claim for each pod, or a class with ReadWriteMany.",
                "singleAttach");
            return true;
        }

        return isReported;
    }

    /// <returns>The rule of the claim's class; null when it has none.</returns>
    private StorageClassRule? Judge(JsonObject claim, string pointer, int count)
    {
        foreach (var (i, mode) in Modes(claim).Index().GroupBy(m => m.Item, StringComparer.Ordinal).SelectMany(g => g.Skip(1)))
        {
            faults.Add($"{pointer}/accessModes/{i}", ValidationFaultCodes.Duplicate, $"{mode} is already listed.");
        }

        if (PodNodes.Text(claim, "storageClassName") is not { } name)
        {
            return null;
        }

        if (rules.StorageClasses.FirstOrDefault(c => c.Name == name) is not { } rule)
        {
            var allowed = rules.StorageClasses.Count == 0 ? "none" : string.Join(", ", rules.StorageClasses.Select(c => c.Name));
            faults.Add(
                $"{pointer}/storageClassName",
                ValidationFaultCodes.Forbidden,
                $"This installation allows no claims of this StorageClass. It allows: {allowed} ({Setting}).",
                "storageClass");
            return null;
        }

        foreach (var (i, _) in Modes(claim).Index().Where(m => !rule.AccessModes.Contains(m.Item)))
        {
            faults.Add(
                $"{pointer}/accessModes/{i}",
                ValidationFaultCodes.Forbidden,
                $"This installation allows {string.Join(", ", rule.AccessModes)} for this StorageClass ({Setting}, AccessModes).",
                "accessModes");
        }

        CheckSize(claim, $"{pointer}/resources/requests/storage", rule, count);
        return rule;
    }

    private void CheckSize(JsonObject claim, string pointer, StorageClassRule rule, int count)
    {
        if (EphemeralClaim.Of(claim) is not { SizeMiB: var size })
        {
            return;
        }

        if (size > rule.MaxClaimMiB)
        {
            faults.Add(
                pointer,
                ValidationFaultCodes.Range,
                $"This installation allows at most {QuantityValue.FormatMiB(rule.MaxClaimMiB)} a claim of this StorageClass ({Setting}, MaxClaimGiB).",
                "claimSize");
            return;
        }

        var before = _sums.GetValueOrDefault(rule.Name);
        var sum = _sums[rule.Name] = before + ((long)size * count);
        if (sum > rule.MaxTenantMiB && before <= rule.MaxTenantMiB)
        {
            faults.Add(
                pointer,
                ValidationFaultCodes.Range,
                $"Up to here the tenant's claims of this StorageClass have {sum} MiB, counting each pod's; this installation allows {rule.MaxTenantMiB} MiB a tenant "
                    + $"({Setting}, MaxTenantGiB).",
                "tenantStorage");
        }
    }

    private static bool IsSingleAttach(JsonObject claim) => AccessMode.IsSingleAttach(Modes(claim));

    private static IEnumerable<string> Modes(JsonObject claim) =>
        (claim["accessModes"] as JsonArray ?? []).Select(m => m is JsonValue value && value.TryGetValue<string>(out var mode) ? mode : null).OfType<string>();
}
