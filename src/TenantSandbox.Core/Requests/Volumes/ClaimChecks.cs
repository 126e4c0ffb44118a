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
    private readonly Dictionary<string, string> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    /// <summary>Judges a claim of the request.</summary>
    public void Declare(JsonObject claim, string pointer)
    {
        if (PodNodes.Text(claim, "name") is { } name)
        {
            _claims.TryAdd(name, claim);
        }

        CheckRetained(claim, Judge(claim, pointer, 1), pointer);
    }

    /// <summary>Judges the claims that a StatefulSet makes: one of each template for each pod.</summary>
    /// <param name="statefulSet">Its settings.</param>
    /// <param name="pointer">Their location.</param>
    /// <param name="workload">The workload's name; null when it has none that is valid.</param>
    /// <param name="pods">Most pods that it has.</param>
    public void DeclareTemplates(JsonObject statefulSet, string pointer, string? workload, int pods)
    {
        foreach (var repeated in PodNodes.Repeated(statefulSet, pointer, ClaimTemplate.Property, t => PodNodes.Text(t["metadata"], "name")))
        {
            faults.Add($"{repeated}/metadata/name", ValidationFaultCodes.Duplicate, "Another claim template has this name.");
        }

        foreach (var (i, template) in PodNodes.Items(statefulSet, ClaimTemplate.Property))
        {
            var at = $"{pointer}/{ClaimTemplate.Property}/{i}";
            if (template["spec"] is JsonObject claim)
            {
                CheckRetained(template, Judge(claim, $"{at}/spec", pods), at);
            }

            if (workload is not null && PodNodes.Text(template["metadata"], "name") is { } name)
            {
                CheckNames($"{name}-{workload}", workload, $"{at}/metadata/name");
            }
        }
    }

    private void CheckRetained(JsonObject owner, StorageClassRule? rule, string pointer)
    {
        if (rule is { AllowRetain: false } && PodNodes.Text(owner, "onOffboard") == "retain")
        {
            faults.Add(
                $"{pointer}/onOffboard",
                ValidationFaultCodes.Forbidden,
                $"This installation keeps no volumes of this StorageClass ({Setting}, AllowRetain).",
                "retainedVolumes");
        }
    }

    // Names of all ordinals: what a StatefulSet had before it was scaled down still exists.
    private void CheckNames(string prefix, string workload, string pointer)
    {
        bool IsOfPod(string name) => name.Length > prefix.Length + 1 && name.StartsWith($"{prefix}-", StringComparison.Ordinal)
            && name.AsSpan(prefix.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        string? other = null;
        if (!_templates.TryAdd(prefix, workload))
        {
            // A template that a workload repeats is reported as such.
            other = _templates[prefix] == workload ? null : $"those of workload {_templates[prefix]} too";
        }
        else if (_claims.Keys.FirstOrDefault(IsOfPod) is { } taken)
        {
            other = $"the request has a claim {taken}";
        }

        if (other is not null)
        {
            faults.Add(pointer, ValidationFaultCodes.Duplicate, $"The claims of the pods are named {prefix}-0 and so on, and {other}.");
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
