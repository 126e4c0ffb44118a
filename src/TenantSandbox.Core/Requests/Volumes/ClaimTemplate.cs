using System.Globalization;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>A template of which a StatefulSet makes a claim for each of its pods.</summary>
/// <param name="Name">The name of the volume in the pods.</param>
/// <param name="Claim">The claim that each pod gets, under the template's name.</param>
public sealed record ClaimTemplate(string Name, ClaimSpec Claim)
{
    /// <summary>The property of a StatefulSet's settings.</summary>
    internal const string Property = "volumeClaimTemplates";

    /// <summary>The templates of a workload in its order; none of a kind other than StatefulSet.</summary>
    public static IReadOnlyList<ClaimTemplate> Of(WorkloadSpec workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return workload.StatefulSet is { } settings && settings.Json.Contains(Property, StringComparison.Ordinal)
            ? [.. PodNodes.Items(settings.ToNode(), Property).Select(t => Read(t.Value))]
            : [];
    }

    /// <summary>The claims of all pods that a workload can have.</summary>
    public static IEnumerable<ClaimSpec> ClaimsOf(WorkloadSpec workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var first = PodNodes.Integer(workload.StatefulSet?.ToNode()["ordinals"], "start") ?? 0;
        return from template in Of(workload)
               from ordinal in Enumerable.Range((int)first, workload.Replicas)
               select template.Claim with { Name = string.Create(CultureInfo.InvariantCulture, $"{template.Name}-{workload.Name}-{ordinal}") };
    }

    /// <summary>The names of the volumes that the templates of a form add to its pods.</summary>
    internal static IReadOnlyList<string> VolumesOf(WorkloadForm form) => form.StatefulSet is { } settings
        ? [.. PodNodes.Items(settings.ToNode(), Property).Select(t => PodNodes.Text(t.Value["metadata"], "name")).OfType<string>()]
        : [];

    private static ClaimTemplate Read(JsonObject template)
    {
        var name = PodNodes.Text(template["metadata"], "name")!;
        var spec = template["spec"]!;
        return new(name, new ClaimSpec(
            name,
            PodNodes.Text(spec, "storageClassName")!,
            [.. spec["accessModes"]!.AsArray().Select(m => m!.GetValue<string>())],
            new ClaimResources(new ClaimRequests(PodNodes.Text(spec["resources"]!["requests"], "storage")!)),
            PodNodes.Text(template, "onOffboard") == "retain" ? OffboardedVolume.Retain : OffboardedVolume.Delete));
    }
}
