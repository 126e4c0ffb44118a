using System.Globalization;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>A pod as the checks read it.</summary>
internal sealed class EvaluatedPod
{
    private readonly PodPart _pod;

    /// <exception cref="ArgumentException">There is no spec.</exception>
    public EvaluatedPod(JsonObject pod)
    {
        Spec = pod["spec"] as JsonObject ?? throw new ArgumentException("The pod has no spec.", nameof(pod));
        _pod = new("pod", Spec, "/spec");
        Containers = [.. Parts("initContainers", "init container"), .. Parts("containers", "container"), .. Parts("ephemeralContainers", "ephemeral container")];
        Annotations = pod["metadata"]?["annotations"] as JsonObject ?? [];
    }

    public JsonObject Spec { get; }

    public JsonObject Annotations { get; }

    /// <summary>Init containers, containers and ephemeral containers.</summary>
    public IReadOnlyList<PodPart> Containers { get; }

    public IEnumerable<PodPart> Volumes => Parts("volumes", "volume");

    public bool IsWindows => PodNodes.Text(Spec["os"], "name") == "windows";

    public bool HasUserNamespace => Spec["hostUsers"].IsBoolean(false);

    /// <summary>A violation of a field of the pod.</summary>
    /// <param name="path">The field below the pod's spec.</param>
    /// <param name="rule">What the pod must or must not do.</param>
    /// <param name="value">The forbidden value; null when the rule says it.</param>
    public FieldViolation Violates(string path, string rule, string? value = null) => _pod.Violates(path, rule, value);

    /// <summary>The pod and the containers whose security context sets a field, with its value.</summary>
    public IEnumerable<(PodPart Part, JsonNode Value)> Setting(string field) =>
        from part in Containers.Prepend(_pod)
        let value = part.SecurityContext?[field]
        where value is not null
        select (part, value);

    /// <summary>The containers for which neither they nor the pod set a field of the security context.</summary>
    public IEnumerable<PodPart> Lacking(string field) =>
        _pod.SecurityContext?[field] is null ? Containers.Where(c => c.SecurityContext?[field] is null) : [];

    private IEnumerable<PodPart> Parts(string list, string what) =>
        PodNodes.Containers(Spec, "/spec", list).Select(c => new PodPart($"{what} \"{PodNodes.Text(c.Container, "name")}\"", c.Container, c.Pointer));
}

/// <summary>The pod itself, a container or a volume.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Node">Its JSON.</param>
/// <param name="Pointer">Its JSON pointer.</param>
internal sealed record PodPart(string Name, JsonObject Node, string Pointer)
{
    public JsonObject? SecurityContext => Node["securityContext"] as JsonObject;

    /// <summary>A violation of one of its fields.</summary>
    /// <param name="path">The field below this part, with slashes.</param>
    /// <param name="rule">What the part must or must not do.</param>
    /// <param name="value">The forbidden value; null when the rule says it, or the field is absent.</param>
    public FieldViolation Violates(string path, string rule, string? value = null) => new(Name, $"{Pointer}/{path}", rule, value);
}

/// <summary>Reads values so that one of an unexpected type is never mistaken for an allowed one.</summary>
internal static class FieldValues
{
    public static bool IsBoolean(this JsonNode? node, bool expected) => node is JsonValue value && value.TryGetValue<bool>(out var found) && found == expected;

    /// <summary>A number; null when it is something else.</summary>
    public static decimal? AsNumber(this JsonNode node) =>
        node is JsonValue && decimal.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The text of a string; the JSON of anything else, which no allowed value equals; empty when absent.</summary>
    public static string AsText(this JsonNode? node) =>
        node is null ? "" : node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString();

    /// <summary>The strings of a list, with their positions; none when it is absent.</summary>
    public static IEnumerable<(int Index, string Text)> Texts(this JsonNode? list) => (list as JsonArray ?? []).Index().Select(i => (i.Index, i.Item.AsText()));

    public static string Quote(this string text) => $"\"{text}\"";
}
