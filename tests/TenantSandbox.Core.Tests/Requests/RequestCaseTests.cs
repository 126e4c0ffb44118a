using NJsonSchema;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>Runs the same cases through the validator and through the published JSON Schema.</summary>
public sealed class RequestCaseTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<Task<JsonSchema>> Schema =
        new(() => JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "Requests", "tenant-request.schema.json")));

    public static TheoryData<string> Names => [.. RequestCase.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_Case_ReportsExactlyItsFaults(string name)
    {
        var @case = Find(name);
        var result = TenantRequestParser.Parse(@case.ToUtf8(), TenantRequestKind.Onboard, Now);
        Assert.Equal(@case.Faults, result.Faults.Select(x => $"{x.Pointer} {x.Code}"));
        Assert.Equal(@case.Faults.Count == 0, result.Request is not null);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Schema_Case_AgreesWithValidator(string name)
    {
        var @case = Find(name);
        if (@case.OnlyValidator is not null && @case.Text is not null && @case.Faults[0] is " malformed")
        {
            Assert.Null(TenantRequestParser.Parse(@case.ToUtf8(), TenantRequestKind.Onboard, Now).Request);
            return;
        }

        var errors = (await Schema.Value).Validate(@case.ToText());
        if (@case.Faults.Count == 0 || @case.OnlyValidator is not null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.NotEmpty(errors);
        }
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
    public async Task Offboard_Case_SchemaAndValidatorAgree(string text, string fault)
    {
        var result = TenantRequestParser.Parse(System.Text.Encoding.UTF8.GetBytes(text), TenantRequestKind.Offboard, Now);
        var errors = (await Schema.Value).Definitions["offboardingRequest"].Validate(text);
        Assert.Equal(fault, string.Join(',', result.Faults.Select(x => $"{x.Pointer} {x.Code}")));
        Assert.Equal(fault.Length == 0, errors.Count == 0);
    }

    private static RequestCase Find(string name) => RequestCase.All.Single(x => x.Name == name);
}
