using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>One case of Cases/*.json: a base request with changes, and the expected validation faults.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Base">The request that is changed: minimal, full or template.</param>
/// <param name="Set">Values by JSON pointer.</param>
/// <param name="Remove">JSON pointers of the properties to remove.</param>
/// <param name="Text">The whole text, where changes can't express it.</param>
/// <param name="Faults">Each "pointer code"; none for a valid request.</param>
/// <param name="OnlyValidator">Why the JSON Schema accepts what the validator rejects; null where both agree.</param>
public sealed record RequestCase(
    string Name,
    string? Base,
    IReadOnlyDictionary<string, JsonNode?>? Set,
    IReadOnlyList<string>? Remove,
    string? Text,
    IReadOnlyList<string> Faults,
    string? OnlyValidator)
{
    public const string Minimal =
        """{"tenantId":"acme","revision":1,"tier":"pooled","workloads":[{"name":"web","image":"registry.example/web:1","cpu":"250m","memory":"512Mi"}]}""";

    public const string Template =
        """
        {"tenantId":"acme","revision":1,"tier":"pooled","workloads":[{"name":"web","podTemplate":{"spec":{
          "containers":[{"name":"web","image":"registry.example/web:1","resources":{"limits":{"cpu":"250m","memory":"512Mi"}}}]}}}]}
        """;

    public const string Full =
        """
        {"tenantId":"acme","revision":7,"tier":"dedicated","region":"westeurope","timeToLive":"P1DT1M",
         "workloads":[{"name":"web","image":"registry.example:5000/web:1","replicas":3,"cpu":"1.5","memory":"2Gi",
           "ports":[{"port":8080},{"port":53,"protocol":"UDP"}],"env":{"B":"2","A":"1"},"command":["/bin/web"],"args":["-v",""],
           "readinessProbe":{"httpGet":{"path":"/healthz","port":8080},"initialDelaySeconds":5,"periodSeconds":3}}],
         "egressAllowList":[{"cidr":"203.0.113.0/24","ports":[{"port":443}]},{"cidr":"2001:db8::/32"}]}
        """;

    /// <summary>
    /// An installation that allows claims of two StorageClasses, 100 GiB each and 200 GiB a tenant, and everything in the network, and assigns secrets
    /// and identities. The schema
    /// allows what some installation allows; the cases about an installation's bounds are in NetworkRulesTests and VolumesTests.
    /// </summary>
    public static InstallationRules Rules { get; } = new()
    {
        Network = NetworkRules.Any,
        Secrets = new(
            [new("https://contoso.vault.azure.net", "{tenantId}--*", []), new("https://own.vault.azure.net", "{tenantId}--*", [])],
            ["https://own.vault.azure.net"]),
        Identities = new([new("11111111-2222-3333-4444-555555555555", ["acme"]), new("aaaaaaaa-2222-3333-4444-555555555555", ["ac*"])], []),
        StorageClasses =
        [
            new("managed-csi", ["ReadWriteOnce"], 100 * 1024, 200 * 1024, AllowRetain: true),
            new("azurefile-csi", ["ReadWriteOnce", "ReadWriteMany"], 100 * 1024, 200 * 1024, AllowRetain: false),
        ],
    };

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<RequestCase> All { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Requests", "Cases"), "*.json").Order(StringComparer.Ordinal).SelectMany(Read)];

    public string ToText()
    {
        if (Text is not null)
        {
            return Text;
        }

        var root = JsonNode.Parse(Base switch { "full" => Full, "template" => Template, _ => Minimal })!;
        foreach (var (pointer, value) in Set ?? new Dictionary<string, JsonNode?>())
        {
            Put(root, pointer, value?.DeepClone());
        }

        foreach (var pointer in Remove ?? [])
        {
            Parent(root, pointer).AsObject().Remove(Last(pointer));
        }

        return root.ToJsonString();
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(ToText());

    private static IEnumerable<RequestCase> Read(string path) =>
        JsonSerializer.Deserialize<List<RequestCase>>(File.ReadAllText(path), Options)!
            .Select(x => x with { Name = $"{Path.GetFileNameWithoutExtension(path)}: {x.Name}" });

    private static void Put(JsonNode root, string pointer, JsonNode? value)
    {
        if (Parent(root, pointer) is JsonArray array)
        {
            array[int.Parse(Last(pointer), CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            Parent(root, pointer)[Last(pointer)] = value;
        }
    }

    private static JsonNode Parent(JsonNode root, string pointer) => pointer.Split('/')[1..^1].Aggregate(
        root,
        (node, name) => node is JsonArray array ? array[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!);

    private static string Last(string pointer) =>
        pointer.Split('/')[^1].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
