using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Exposes the workloads that HTTPRoutes lead to. The installation's Gateway takes the place of the route's parents.</summary>
internal static class RouteMapping
{
    /// <returns>What became of routes that lead to no workload here.</returns>
    public static IReadOnlyList<ConversionNote> Apply(
        IEnumerable<RouteDocument> routes, IEnumerable<V1Service> services, IReadOnlyList<WorkloadDraft> workloads)
    {
        var notes = new List<ConversionNote>();
        var byName = services.ToLookup(s => s.Metadata?.Name ?? "", StringComparer.Ordinal);
        foreach (var route in routes)
        {
            var id = $"HTTPRoute/{route.Metadata?.Name}";
            if (route.Spec?.Hostnames is not { Count: > 0 } hosts)
            {
                notes.Add(new(id, ConversionNoteKind.NotTaken, "It has no host names; give the workload \"expose\" with those that the installation allows."));
                continue;
            }

            foreach (var rule in route.Spec.Rules ?? [])
            {
                if (rule.BackendRefs is not [{ Kind: null or "Service", Namespace: null, Name: { } name } backend])
                {
                    notes.Add(new(
                        id, ConversionNoteKind.NotTaken, "A rule doesn't lead to exactly one Service of the same namespace; a tenant's route leads to one."));
                    continue;
                }

                var selector = byName[name].FirstOrDefault()?.Spec?.Selector;
                if (workloads.FirstOrDefault(w => !w.IsDropped && w.IsSelectedBy(selector)) is not { } workload)
                {
                    notes.Add(new(id, ConversionNoteKind.NotTaken, $"It leads to Service {name}, which selects none of the workloads that are converted."));
                    continue;
                }

                Expose(workload, id, hosts, rule, backend);
            }
        }

        return notes;
    }

    private static void Expose(WorkloadDraft workload, string id, List<string> hosts, RouteDocumentRule rule, RouteDocumentBackend backend)
    {
        var hasOtherMatches = rule.Matches?.Any(m => m is { Headers.Count: > 0 } or { QueryParams.Count: > 0 } or { Method: not null }) == true;
        if (hasOtherMatches || rule is { Filters.Count: > 0 } or { Timeouts.Count: > 0 })
        {
            workload.NoteNotTaken(
                "Filters, time-outs and matches of headers, parameters and methods aren't taken; a tenant's route matches host names and paths.", id);
            return;
        }

        var paths = (rule.Matches ?? []).Select(m => m.Path).ToArray();
        if (paths.Any(p => p is { Type: not (null or "PathPrefix") }))
        {
            workload.NoteNotTaken("It matches paths exactly or by expression; a tenant's route matches prefixes.", id);
            return;
        }

        string[] prefixes = [.. paths.Select(p => p?.Value ?? "/").Distinct(StringComparer.Ordinal)];
        if (workload.Network["expose"] is not JsonObject expose)
        {
            var names = hosts.Distinct(StringComparer.Ordinal).Select(h => JsonValue.Create(h));
            expose = new JsonObject { ["hosts"] = new JsonArray([.. names]), ["service"] = backend.Name };
            if (backend.Port is { } port)
            {
                expose["port"] = port;
            }

            if (prefixes is not ([] or ["/"]))
            {
                expose["paths"] = new JsonArray([.. prefixes.Select(p => JsonValue.Create(p))]);
            }

            workload.Network["expose"] = expose;
            workload.NoteChanged(
                "The installation's Gateway takes the place of its parents, and must allow its host names (TenantSandbox__Network__HostNames).", id);
        }
        else if (IsSame(expose, hosts, backend) && expose["paths"] is JsonArray known && prefixes is not [])
        {
            foreach (var prefix in prefixes.Where(p => !known.Any(k => k?.GetValue<string>() == p)))
            {
                known.Add(prefix);
            }
        }
        else if (!IsSame(expose, hosts, backend))
        {
            workload.NoteNotTaken("The workload is exposed already, under other host names or at another port; a workload has one \"expose\".", id);
        }
    }

    private static bool IsSame(JsonObject expose, List<string> hosts, RouteDocumentBackend backend) =>
        expose["hosts"]!.AsArray().Select(h => h!.GetValue<string>()).ToHashSet().SetEquals(hosts)
        && expose["service"]!.GetValue<string>() == backend.Name && expose["port"]?.GetValue<int>() == backend.Port;
}
