using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>Runs the same cases through the validator and through the published JSON Schema.</summary>
public sealed class RequestCaseTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "Requests", "tenant-request.schema.json")));

    public static TheoryData<string> Names => [.. RequestCase.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_Case_ReportsExactlyItsFaults(string name)
    {
        var @case = Find(name);
        var result = TenantRequestParser.Parse(@case.ToUtf8(), TenantRequestKind.Onboard, Now, RequestCase.Rules);
        Assert.Equal(@case.Faults, result.Faults.Select(x => $"{x.Pointer} {x.Code}"));
        Assert.Equal(@case.Faults.Count == 0, result.Request is not null);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Schema_Case_AgreesWithValidator(string name)
    {
        var @case = Find(name);
        if (@case.OnlyValidator is not null && @case.Text is not null && @case.Faults[0] is " malformed")
        {
            Assert.Null(TenantRequestParser.Parse(@case.ToUtf8(), TenantRequestKind.Onboard, Now, RequestCase.Rules).Request);
            return;
        }

        Assert.Equal(@case.Faults.Count == 0 || @case.OnlyValidator is not null, IsValid(Schema.Value, @case.ToText()));
    }

    [Fact]
    public void Cases_All_HaveUniqueNames() =>
        Assert.Equal(RequestCase.All.Count, RequestCase.All.Select(x => x.Name).Distinct(StringComparer.Ordinal).Count());

    [Theory]
    [InlineData("""{"tenantId":"acme"}""", "")]
    [InlineData("""{"tenantId":"acme","revision":3}""", "")]
    [InlineData("""{"revision":3}""", "/tenantId required")]
    [InlineData("""{"tenantId":"acme","revision":0}""", "/revision range")]
    [InlineData("""{"tenantId":"acme","revision":null}""", "/revision type")]
    [InlineData("""{"tenantId":"acme","tier":"pooled"}""", "/tier unknown")]
    public void Offboard_Case_SchemaAndValidatorAgree(string text, string fault)
    {
        var result = TenantRequestParser.Parse(System.Text.Encoding.UTF8.GetBytes(text), TenantRequestKind.Offboard, Now);
        SchemaRegistry.Global.Register(Schema.Value);
        var schema = new JsonSchemaBuilder().Ref($"{Schema.Value.GetId()}#/$defs/offboardingRequest").Build();
        Assert.Equal(fault, string.Join(',', result.Faults.Select(x => $"{x.Pointer} {x.Code}")));
        Assert.Equal(fault.Length == 0, IsValid(schema, text));
    }

    private static bool IsValid(JsonSchema schema, string text)
    {
        using var document = JsonDocument.Parse(text);
        return schema.Evaluate(ToNode(document.RootElement)).IsValid;
    }

    // The last of properties with the same name counts: the schema can't see that there are more.
    private static JsonNode? ToNode(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(element.EnumerateObject().GroupBy(p => p.Name).Select(g => KeyValuePair.Create(g.Key, ToNode(g.Last().Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(ToNode)]),
        _ => JsonNode.Parse(element.GetRawText()),
    };

    private static RequestCase Find(string name) => RequestCase.All.Single(x => x.Name == name);
}
