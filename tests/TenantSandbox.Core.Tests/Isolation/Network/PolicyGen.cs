using System.Text.Json.Nodes;
using CsCheck;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>Random policies about the pods of <see cref="PolicySamples"/>, in which every field can be absent.</summary>
internal static class PolicyGen
{
    private static readonly Gen<JsonNode?> Nothing = Gen.Const((JsonNode?)null);

    private static readonly Gen<JsonNode?> PodSelector = Choose(
        """{}""",
        """{"matchLabels":{"app":"web"}}""",
        """{"matchLabels":{"app":"db"}}""",
        """{"matchExpressions":[{"key":"app","operator":"In","values":["web","db"]}]}""",
        """{"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]}""",
        """{"matchExpressions":[{"key":"tier","operator":"Exists"}]}""",
        """{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}""");

    private static readonly Gen<JsonNode?> NamespaceSelector = Choose(
        """{}""",
        """{"matchLabels":{"team":"x"}}""",
        """{"matchExpressions":[{"key":"team","operator":"NotIn","values":["x"]}]}""",
        """{"matchLabels":{"kubernetes.io/metadata.name":"bank"}}""");

    private static readonly Gen<JsonNode?> Block = Gen.Select(
        Gen.OneOfConst("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "169.254.169.254/32", "::/0", "fd00::/8"),
        Gen.OneOfConst("10.1.2.0/24", "10.1.0.0/16", "169.254.0.0/16", "fd00:1::/32").List[0, 2],
        (cidr, except) => (JsonNode?)Object(("cidr", cidr), ("except", except.Count == 0 ? null : new JsonArray([.. except.Select(e => (JsonNode?)e)]))));

    private static readonly Gen<JsonNode?> Peer = Gen.OneOf(
        Block.Select(b => (JsonNode?)Object(("ipBlock", b))),
        PodSelector.Select(p => (JsonNode?)Object(("podSelector", p))),
        NamespaceSelector.Select(n => (JsonNode?)Object(("namespaceSelector", n))),
        Gen.Select(NamespaceSelector, PodSelector, (n, p) => (JsonNode?)Object(("namespaceSelector", n), ("podSelector", p))));

    private static readonly Gen<JsonNode?> Port = Gen.Select(
        Gen.OneOfConst("TCP", "UDP", "SCTP", null!),
        Choose("80", "443", "8080", "\"http\"", "\"sql\"", "{}"),
        Gen.Bool,
        (protocol, port, isRange) => port is JsonObject
            ? (JsonNode?)Object(("protocol", protocol))
            : Object(("protocol", protocol), ("port", port), ("endPort", isRange && int.TryParse($"{port}", out var first) ? first + 20 : null)));

    private static readonly Gen<JsonObject> Spec = Gen.Select(
        PodSelector,
        Choose("null", "[]", """["Ingress"]""", """["Egress"]""", """["Ingress","Egress"]"""),
        Gen.OneOf(Nothing, Rules("from")),
        Gen.OneOf(Nothing, Rules("to")),
        (pods, types, ingress, egress) => Object(("podSelector", pods), ("policyTypes", types), ("ingress", ingress), ("egress", egress)));

    /// <summary>Policies of NetworkPolicy's kind as JSON.</summary>
    public static readonly Gen<JsonObject> Policy = Gen.Select(Spec, Gen.OneOfConst("shop", "bank"))
        .Select((spec, ns) => PolicySamples.PolicyJson(spec.ToJsonString(), ns));

    private static Gen<JsonNode?> Rules(string peers) => Gen.Select(
            Gen.OneOf(Nothing, List(Peer, 0, 3)),
            Gen.OneOf(Nothing, List(Port, 0, 3)),
            (p, ports) => (JsonNode?)Object((peers, p), ("ports", ports)))
        .List[0, 3].Select(rules => (JsonNode?)new JsonArray([.. rules]));

    private static Gen<JsonNode?> List(Gen<JsonNode?> items, int least, int most) => items.List[least, most].Select(i => (JsonNode?)new JsonArray([.. i]));

    private static Gen<JsonNode?> Choose(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => JsonNode.Parse(texts[i]));

    private static JsonObject Object(params (string Name, JsonNode? Value)[] fields) =>
        new(fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value)));
}
