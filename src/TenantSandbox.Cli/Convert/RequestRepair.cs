using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Takes out of the workloads what the validator of requests refuses, with its reason, until it accepts the rest. So the converter
/// has no rules of its own about what a tenant may have.
/// </summary>
internal sealed class RequestRepair(
    IReadOnlyList<WorkloadDraft> workloads, InstallationRules rules, Func<IReadOnlyList<WorkloadDraft>, JsonObject> buildRequest)
{
    // Taking something out can make something else refused, a level at a time.
    private const int MaxRounds = 30;

    /// <returns>Faults that concern no workload: the request can't be sent before they are mended by hand.</returns>
    public IReadOnlyList<ValidationFault> Run()
    {
        for (var round = 0; ; round++)
        {
            WorkloadDraft[] taken = [.. workloads.Where(workload => !workload.IsDropped)];
            var faults = Validate(taken);
            var ofWorkloads = faults.Select(fault => (Fault: fault, Path: WorkloadPath.Parse(fault.Pointer))).Where(f => f.Path is not null).ToArray();
            if (taken.Length == 0 || ofWorkloads.Length == 0)
            {
                return taken.Length == 0 ? [] : faults;
            }

            // From the last to the first, so that positions in arrays stay true. A setting that is taken out has no more faults.
            var settings = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (fault, path) in ofWorkloads.Reverse())
            {
                var workload = taken[path!.Workload];
                if (IsSetting(workload, path.Segments) && !settings.Add(string.Join('/', [workload.Name, .. UnitOfSettings(path.Segments)])))
                {
                    continue;
                }

                if (!workload.IsDropped && (round == MaxRounds || !TakeOut(workload, path.Segments, fault)))
                {
                    workload.Drop($"{fault.Pointer[(fault.Pointer.IndexOf('/', 1) + 1)..]}: {fault.Detail}");
                }
            }
        }
    }

    private IReadOnlyList<ValidationFault> Validate(WorkloadDraft[] taken)
    {
        var bytes = Encoding.UTF8.GetBytes(buildRequest(taken).ToJsonString());
        return TenantRequestParser.Parse(bytes, TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules).Faults;
    }

    /// <returns>False if the fault isn't about something that can be left out of the template.</returns>
    private static bool TakeOut(WorkloadDraft workload, IReadOnlyList<string> segments, ValidationFault fault)
    {
        if (segments.Count > 0 && workload.Network.ContainsKey(segments[0]))
        {
            return TakeOutOfNetwork(workload, segments, fault);
        }

        if (IsSetting(workload, segments))
        {
            return TakeOutOfSettings(workload, segments, fault);
        }

        if (segments.Count < 2)
        {
            return false;
        }

        // Without its containers a template says nothing.
        var unit = UnitOf([.. segments.Skip(1)]);
        if (unit is [] or ["spec"] or ["spec", "containers"] or ["spec", "containers", _])
        {
            return false;
        }

        if (Find(workload.PodTemplate, unit.SkipLast(1)) is not { } parent || !Remove(parent, unit[^1], out var removed))
        {
            return false;
        }

        if (unit is ["spec", "volumes", _] && removed is JsonObject volume)
        {
            workload.RemoveVolume(volume);
        }

        workload.NoteNotTaken($"{string.Join('.', unit)}: {fault.Detail}");
        return true;
    }

    private static bool IsSetting(WorkloadDraft workload, IReadOnlyList<string> segments) =>
        segments.Count >= 2 && segments[0] != "podTemplate" && !workload.Network.ContainsKey(segments[0]);

    // Whole fields: what is left of one would say something else. Of a claim template, what is refused can be left out alone.
    private static string[] UnitOfSettings(IReadOnlyList<string> segments) => segments switch
    {
        ["statefulSet", "volumeClaimTemplates", _, "metadata", "labels" or "annotations", ..] => [.. segments.Take(6)],
        ["statefulSet", "volumeClaimTemplates", _, "spec", ..] => [.. segments.Take(5)],
        ["statefulSet", "volumeClaimTemplates", var index, ..] => [segments[0], segments[1], index],
        _ => [segments[0], segments[1]],
    };

    private static bool TakeOutOfSettings(WorkloadDraft workload, IReadOnlyList<string> segments, ValidationFault fault)
    {
        var unit = UnitOfSettings(segments);
        var isNeeded = (segments[0], segments[1]) is ("cronJob", "schedule") or ("replicas", "min" or "max");
        if (isNeeded || Find(workload.Settings, unit.SkipLast(1)) is not { } parent)
        {
            return false;
        }

        if (!Remove(parent, unit[^1], out _))
        {
            // What a claim template lacks can't be taken out of it.
            return unit.Length > 3 && TakeOutOfSettings(workload, segments.Take(3).ToArray(), fault);
        }

        if (workload.Settings[segments[0]] is JsonObject { Count: 0 })
        {
            workload.Settings.Remove(segments[0]);
        }

        workload.NoteNotTaken($"{string.Join('.', segments)}: {fault.Detail}");
        return true;
    }

    // Part of a Service, of a source or of a route would be something else: they are taken out whole.
    private static bool TakeOutOfNetwork(WorkloadDraft workload, IReadOnlyList<string> segments, ValidationFault fault)
    {
        string[] unit = segments switch
        {
            ["services" or "egressAllowList", var index, ..] => [segments[0], index],
            ["ingress", "from", var index, ..] => ["ingress", "from", index],
            _ => [segments[0]],
        };
        if (Find(workload.Network, unit.SkipLast(1)) is not { } parent || !Remove(parent, unit[^1], out _))
        {
            return false;
        }

        if (workload.Network["services"] is JsonArray { Count: 0 })
        {
            workload.Network.Remove("services");
        }

        workload.NoteNotTaken($"{string.Join('.', segments)}: {fault.Detail}");
        return true;
    }

    // A variable without its source, or a volume without its content, would be something else: they are taken out whole.
    private static string[] UnitOf(string[] path)
    {
        for (var i = 0; i < path.Length - 1; i++)
        {
            if (path[i] is "env" or "envFrom" or "volumes" or "volumeMounts" or "imagePullSecrets")
            {
                return path[..(i + 2)];
            }

            if (path[i] is "livenessProbe" or "readinessProbe" or "startupProbe")
            {
                return path[..(i + 1)];
            }
        }

        return path;
    }

    private static JsonNode? Find(JsonNode root, IEnumerable<string> path) => path.Aggregate((JsonNode?)root, (node, segment) => node switch
    {
        JsonObject map => map[segment],
        JsonArray list when IndexIn(list, segment) is { } index => list[index],
        _ => null,
    });

    private static bool Remove(JsonNode parent, string segment, out JsonNode? removed)
    {
        if (parent is JsonObject map && map.TryGetPropertyValue(segment, out removed))
        {
            return map.Remove(segment);
        }

        removed = null;
        if (parent is JsonArray list && IndexIn(list, segment) is { } index)
        {
            removed = list[index];
            list.RemoveAt(index);
            return true;
        }

        return false;
    }

    private static int? IndexIn(JsonArray list, string segment) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count ? index : null;

    /// <summary>A fault's place in a workload.</summary>
    private sealed record WorkloadPath(int Workload, IReadOnlyList<string> Segments)
    {
        public static WorkloadPath? Parse(string pointer)
        {
            var segments = pointer.Split('/').Skip(1).Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            return segments is ["workloads", var index, ..] && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new(number, segments[2..])
                : null;
        }
    }
}
