using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Takes out of the workloads what the validator of requests refuses, with its reason, until it accepts the rest. So the converter
/// has no rules of its own about what a tenant may have.
/// </summary>
internal sealed class RequestRepair(IReadOnlyList<WorkloadDraft> workloads, Func<IReadOnlyList<WorkloadDraft>, JsonObject> buildRequest)
{
    // Which secrets and identities are a tenant's is known to its installation only.
    private static readonly InstallationRules Rules = InstallationRules.Default with
    {
        Secrets = SecretAssignments.Unchecked,
        Identities = IdentityAssignments.Unchecked,
    };

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

            // From the last to the first, so that positions in arrays stay true.
            foreach (var (fault, path) in ofWorkloads.Reverse())
            {
                var workload = taken[path!.Workload];
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
        return TenantRequestParser.Parse(bytes, TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, Rules).Faults;
    }

    /// <returns>False if the fault isn't about something that can be left out of the template.</returns>
    private static bool TakeOut(WorkloadDraft workload, IReadOnlyList<string> segments, ValidationFault fault)
    {
        if (segments.Count < 2 || segments[0] != "podTemplate")
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

        if (unit is ["spec", "volumes", _] && removed?["name"]?.GetValue<string>() is { } volume)
        {
            RemoveMounts(workload, volume);
        }

        workload.NoteNotTaken($"{string.Join('.', unit)}: {fault.Detail}");
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

    private static void RemoveMounts(WorkloadDraft workload, string volume)
    {
        foreach (var container in workload.AllContainers)
        {
            if (container["volumeMounts"] is JsonArray mounts)
            {
                mounts.RemoveAll(mount => mount?["name"]?.GetValue<string>() == volume);
            }
        }
    }

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
