using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>
/// Settings of a StatefulSet that Kubernetes never changes while it exists. Deleting it in order to change them would end all of its pods at
/// once and lose track of their volumes, so that a request can't do it by the way.
/// </summary>
public static class ImmutableFields
{
    /// <summary>The rule that refuses a change.</summary>
    public const string Rule = "immutableStatefulSet";

    // With what an absent setting means.
    private static readonly (string Name, Func<WorkloadSpec, JsonNode?> Default)[] Fields =
    [
        ("podManagementPolicy", _ => "OrderedReady"),
        ("serviceName", workload => workload.Name),
        ("volumeClaimTemplates", _ => null),
    ];

    /// <summary>The changes of such settings, with pointers into the request; empty for none.</summary>
    /// <param name="running">What runs.</param>
    /// <param name="requested">What shall run. A workload of another name or kind is another object.</param>
    public static IReadOnlyList<ValidationFault> Between(TenantSpec running, TenantSpec requested)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(requested);
        var before = running.Workloads.Where(w => w.Kind == WorkloadKind.StatefulSet).ToDictionary(w => w.Name, StringComparer.Ordinal);
        return
        [
            .. requested.Workloads.Index()
                .Where(w => w.Item.Kind == WorkloadKind.StatefulSet && before.ContainsKey(w.Item.Name))
                .SelectMany(w => Between(before[w.Item.Name], w.Item).Select(field => new ValidationFault(
                    string.Create(CultureInfo.InvariantCulture, $"/workloads/{w.Index}/statefulSet/{field}"),
                    ValidationFaultCodes.Forbidden,
                    Describe(field),
                    Rule))),
        ];
    }

    /// <summary>The settings that differ between two StatefulSets of one name.</summary>
    public static IEnumerable<string> Between(WorkloadSpec running, WorkloadSpec requested)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(requested);
        return Fields.Where(f => !JsonNode.DeepEquals(ValueOf(running, f.Name, f.Default), ValueOf(requested, f.Name, f.Default))).Select(f => f.Name);
    }

    /// <summary>What is wrong with a change, and what to do.</summary>
    public static string Describe(string field) =>
        $"A StatefulSet's {field} can't be changed while it exists. Keep it, or give the workload another name: then a new StatefulSet takes its place.";

    private static JsonNode? ValueOf(WorkloadSpec workload, string name, Func<WorkloadSpec, JsonNode?> whenAbsent) =>
        workload.StatefulSet?.ToNode()[name] ?? whenAbsent(workload);
}
