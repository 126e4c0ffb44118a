using System.Globalization;
using System.Text;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Tests.Requests.PodTemplates;

/// <summary>Makes docs/pod-template.md from the table.</summary>
internal static class PodTemplatePage
{
    private const string Head =
        """
        # Pod templates

        What the `podTemplate` of a workload may have, see [requests.md](requests.md). Made from the table that requests are validated with
        (`UPDATE_GOLDEN=1 dotnet test --filter PodTemplateDocumentsTests` writes it); a test compares it with the Kubernetes client's model, so that
        no field is missing.

        - **accepted**: the value is used.
        - **set**: the app decides it. The value in the table says the same, so it may be given; any other is refused.
        - **refused**: must be absent. The answer names the field by JSON pointer and the rule in `rule`.

        On every container and init container the app sets what isolation depends on: requests equal to limits, `imagePullPolicy: Always`, no
        privilege escalation, all capabilities dropped, non-root, and the read-only root file system that the installation chose. On the pod it sets
        the RuntimeClass of the guest's size, the account without a token, seccomp `RuntimeDefault` and the nodes of the tenant's agent pool.

        The **guest's size** is that of Kubernetes: all containers and sidecars together, or the largest init container with the sidecars before it,
        whichever is more. At least 128Mi of memory. A `medium: Memory` volume is taken from it, and must leave 128Mi.


        """;

    private const string KindsHead =
        """
        # Workload kinds

        What the settings of a workload's kind may have, see [requests.md](requests.md): `replicas` as a range is a `ReplicaRange`, `statefulSet` a
        `StatefulSetSpec`, `cronJob` a `CronJobSpec`, and `job` a `JobSpec`. Made and tested like [pod-template.md](pod-template.md), with the same
        verdicts. The pods themselves are in the short form or in `podTemplate`.


        """;

    public static string Write() => Write(Head, PodTemplateRules.Types);

    public static string WriteKinds() => Write(KindsHead, KindRules.Types);

    private static string Write(string head, IReadOnlyList<ObjectRule> types)
    {
        var page = new StringBuilder(head.ReplaceLineEndings("\n"));
        foreach (var type in types)
        {
            page.Append(CultureInfo.InvariantCulture, $"## {type.Name}\n\n");
            if (type.Model != type.Name && type.Model.Length > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $"`{type.Model}` in the Kubernetes API.\n\n");
            }

            if (type.OneOf.Count > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $"{(type.MayHaveNone ? "At most" : "Exactly")} one of {string.Join(", ", type.OneOf.Select(n => $"`{n}`"))}.\n\n");
            }

            page.Append("| field | | values | rule and reason |\n| --- | --- | --- | --- |\n");
            foreach (var field in type.Fields)
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {Verdict(field)} | {Values(field, types)} | {Reason(field)} |\n");
            }

            if (type.Others is { } others)
            {
                page.Append(CultureInfo.InvariantCulture, $"| any other | refused | | `{others.Rule}`: {others.Reason} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd() + "\n";
    }

    private static string Verdict(FieldRule field) => field.Verdict switch
    {
        FieldVerdict.Accepted => field.IsRequired ? "accepted, required" : "accepted",
        FieldVerdict.Set => "set",
        _ => "refused",
    };

    private static string Values(FieldRule field, IReadOnlyList<ObjectRule> types) => field.Value switch
    {
        null => "",
        ObjectValue type => Link(type, types),
        ListValue { Item: ObjectValue type } list => $"{list.Min} to {list.Max} {Link(type, types)}",
        var value => value.Description.Replace("|", "\\|", StringComparison.Ordinal),
    };

    // Settings of kinds refer to types of pod templates, which are on the other page.
    private static string Link(ObjectValue value, IReadOnlyList<ObjectRule> types) =>
        $"[{value.Type}]({(types.Any(t => t.Name == value.Type) ? "" : "pod-template.md")}#{value.Type.ToLowerInvariant()})";

    private static string Reason(FieldRule field) => (field.Rule is null ? field.Reason : $"`{field.Rule}`: {field.Reason}").TrimEnd();
}
