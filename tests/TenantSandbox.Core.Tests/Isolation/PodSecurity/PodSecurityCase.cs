using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Tests.Isolation.PodSecurity;

/// <summary>One case of Cases/*.json: a base pod with changes, and the violations at each level.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Base">The pod that is changed: plain, or hardened when absent.</param>
/// <param name="Set">Values by JSON pointer; missing objects on the way are made.</param>
/// <param name="Remove">JSON pointers of the properties to remove.</param>
/// <param name="Baseline">Each violation as "check field field …", in order; none for a pod that the level allows.</param>
/// <param name="Restricted">The same at the restricted level.</param>
/// <param name="Message">The message of the only violation at the restricted level; null where it isn't compared.</param>
public sealed record PodSecurityCase(
    string Name,
    string? Base,
    IReadOnlyDictionary<string, JsonNode?>? Set,
    IReadOnlyList<string>? Remove,
    IReadOnlyList<string> Baseline,
    IReadOnlyList<string> Restricted,
    string? Message)
{
    /// <summary>A pod that passes every check, with a container of each list.</summary>
    public const string Hardened =
        """
        {"metadata":{"annotations":{}},"spec":{
          "securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
          "initContainers":[{"name":"init","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
          "containers":[{"name":"web","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
          "ephemeralContainers":[{"name":"debug","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
          "volumes":[{"name":"tmp","emptyDir":{}}]}}
        """;

    private const string Plain = """{"spec":{"containers":[{"name":"web"}]}}""";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<PodSecurityCase> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Isolation", "PodSecurity", "Cases"), "*.json").Order(StringComparer.Ordinal)
            .SelectMany(path => JsonSerializer.Deserialize<List<PodSecurityCase>>(File.ReadAllText(path), Options)!),
    ];

    public JsonObject ToPod()
    {
        var pod = JsonNode.Parse(Base == "plain" ? Plain : Hardened)!.AsObject();
        foreach (var (pointer, value) in Set ?? new Dictionary<string, JsonNode?>())
        {
            Parent(pod, pointer)[Last(pointer)] = value?.DeepClone();
        }

        foreach (var pointer in Remove ?? [])
        {
            Assert.True(Parent(pod, pointer).Remove(Last(pointer)), $"{Name}: there is no {pointer}");
        }

        return pod;
    }

    private static JsonObject Parent(JsonObject root, string pointer) => pointer.Split('/')[1..^1].Aggregate(
        (JsonNode)root,
        (node, name) => node is JsonArray array
            ? array[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]!
            : node[name] ?? (node[name] = new JsonObject())).AsObject();

    private static string Last(string pointer) => pointer.Split('/')[^1].Replace("~1", "/", StringComparison.Ordinal);
}
