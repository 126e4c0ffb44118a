using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Core.Requests.PodTemplates.Rules;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>The ConfigMaps and claims that a request brings, which are the only ones that its workloads can use.</summary>
internal sealed class DeclaredObjects
{
    private readonly ValidationFaultList _faults;
    private readonly List<JsonObject> _configMaps;
    private readonly List<JsonObject> _claims;

    private DeclaredObjects(ValidationFaultList faults, List<JsonObject> configMaps, List<JsonObject> claims, ClaimChecks checks) =>
        (_faults, _configMaps, _claims, Claims) = (faults, configMaps, claims, checks);

    /// <summary>The properties of a request.</summary>
    public static string[] Properties { get; } = ["configMaps", "claims"];

    /// <summary>Judges the claims of the request and of its pods.</summary>
    public ClaimChecks Claims { get; }

    public static DeclaredObjects Read(ObjectReader request, InstallationRules rules, ValidationFaultList faults)
    {
        var checks = new ClaimChecks(rules, faults);
        var configMaps = ReadAll(request, "configMaps", "ConfigMap", faults, (_, _) => { });
        var claims = ReadAll(request, "claims", "Claim", faults, checks.Declare);
        return new(faults, configMaps, claims, checks);
    }

    /// <summary>The ConfigMaps; null for none. Only meaningful without faults.</summary>
    public IReadOnlyList<ConfigMapSpec>? ToConfigMaps() => _configMaps.Count == 0 || !_faults.IsEmpty ? null :
    [
        .. _configMaps.Select(m => new ConfigMapSpec(
            PodNodes.Text(m, "name")!,
            new SortedDictionary<string, string>((m["data"] as JsonObject ?? []).ToDictionary(d => d.Key, d => d.Value!.GetValue<string>()), StringComparer.Ordinal))),
    ];

    /// <summary>The claims; null for none. Only meaningful without faults.</summary>
    public IReadOnlyList<ClaimSpec>? ToClaims() =>
        _claims.Count == 0 || !_faults.IsEmpty ? null : [.. _claims.Select(c => c.Deserialize<ClaimSpec>()!)];

    /// <summary>Checks what a workload uses: everything must be declared, and a volume of one node can't be shared.</summary>
    /// <param name="template">The workload's template, as far as it was accepted.</param>
    /// <param name="workload">Pointer to the workload.</param>
    /// <param name="pods">Most pods that run at a time; 0 when it isn't known because of another fault.</param>
    public void Check(PodTemplate template, string workload, int pods)
    {
        if (!TemplateVolumes.MayUseAny(template) || template.ToNode()["spec"] is not JsonObject pod)
        {
            return;
        }

        var at = $"{workload}/podTemplate/spec";
        foreach (var reference in VolumeReferences.ConfigMaps(pod, at).Where(r => r.Name.Length > 0))
        {
            CheckKeys(reference);
        }

        Claims.CheckUse(pod, at, workload, pods);
    }

    /// <summary>Checks the claims that a StatefulSet makes for its pods.</summary>
    /// <param name="form">The workload's kind and settings.</param>
    /// <param name="name">The workload's name; null when it has none that is valid.</param>
    /// <param name="workload">Pointer to the workload.</param>
    public void CheckClaimTemplates(WorkloadForm form, string? name, string workload)
    {
        if (form.StatefulSet?.ToNode() is { } settings)
        {
            Claims.DeclareTemplates(settings, $"{workload}/statefulSet", name, form.Replicas);
        }
    }

    private static List<JsonObject> ReadAll(
        ObjectReader request, string property, string type, ValidationFaultList faults, Action<JsonObject, string> check)
    {
        var found = new List<JsonObject>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in request.Items(property, 0, ClaimRules.MaxObjects))
        {
            if (PodTemplateRules.Of(type).Read(item, pointer, faults) is not { } read)
            {
                continue;
            }

            if (PodNodes.Text(read, "name") is { } name && !names.Add(name))
            {
                faults.Add($"{pointer}/name", ValidationFaultCodes.Duplicate, $"Another item of \"{property}\" has this name.");
            }

            check(read, pointer);
            found.Add(read);
        }

        return found;
    }

    private void CheckKeys(ConfigMapReference reference)
    {
        if (_configMaps.FirstOrDefault(m => PodNodes.Text(m, "name") == reference.Name) is not { } map)
        {
            _faults.Add(
                $"{reference.Pointer}/name", ValidationFaultCodes.Unknown, "The request has no ConfigMap of this name. Add it to \"configMaps\".", "ownObjects");
            return;
        }

        foreach (var (_, pointer) in reference.Keys.Where(k => (map["data"] as JsonObject)?.ContainsKey(k.Key) != true))
        {
            _faults.Add(pointer, ValidationFaultCodes.Unknown, "The ConfigMap has no such key.", "ownObjects");
        }
    }
}
