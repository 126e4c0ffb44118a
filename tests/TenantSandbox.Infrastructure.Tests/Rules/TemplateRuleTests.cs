using System.Text.Json.Nodes;
using TenantSandbox.Infrastructure.Tests.Bicep;

namespace TenantSandbox.Infrastructure.Tests.Rules;

[Collection(Deployments.Collection)]
public sealed class TemplateRuleTests(Deployments deployments)
{
    private static readonly string[] Choices = ["shape", "principalType", "kubernetesVersion", "appPublicNetworkAccess", "instanceMemoryMB"];

    private readonly JsonObject _template = deployments.MainTemplate;

    [Fact]
    public void Undescribed_MainTemplate_Nothing() => Assert.Empty(TemplateRules.Undescribed(_template));

    [Theory]
    [InlineData("parameters", "shape")]
    [InlineData("outputs", "AZURE_RESOURCE_GROUP")]
    [InlineData("resources", "storage")]
    public void Undescribed_DescriptionRemoved_IsReported(string kind, string name)
    {
        _template[kind]![name]!.AsObject().Remove("metadata");

        Assert.Contains(name, Assert.Single(TemplateRules.Undescribed(_template)), StringComparison.Ordinal);
    }

    [Fact]
    public void Undescribed_NestedParameterWithoutDescription_IsReported()
    {
        _template["resources"]!["storage"]!["properties"]!["template"]!["parameters"]!["name"]!["metadata"]!["description"] = "";

        Assert.Equal("main/storage: parameters name", Assert.Single(TemplateRules.Undescribed(_template)));
    }

    [Fact]
    public void Unbounded_MainTemplate_Nothing() => Assert.Empty(TemplateRules.Unbounded(_template, Choices));

    [Theory]
    [InlineData("shape", "allowedValues")]
    [InlineData("poolMinCount", "minValue")]
    public void Unbounded_BoundRemoved_IsReported(string parameter, string bound)
    {
        _template["parameters"]![parameter]!.AsObject().Remove(bound);

        Assert.Contains(parameter, Assert.Single(TemplateRules.Unbounded(_template, Choices)), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_MainTemplate_Nothing() => Assert.Empty(TemplateRules.Secrets(_template));

    [Theory]
    [InlineData("""{ "type": "securestring", "value": "a" }""")]
    [InlineData("""{ "type": "string", "value": "[listKeys('a', '2026-06-01').keys[0].value]" }""")]
    public void Secrets_OutputWithASecret_IsReported(string output)
    {
        _template["outputs"]!["ADDRESS"] = JsonNode.Parse(output);

        Assert.Single(TemplateRules.Secrets(_template));
    }

    [Fact]
    public void Previews_MainTemplate_OnlyDiagnosticSettings() => Assert.Empty(TemplateRules.Previews(_template, Types.DiagnosticSetting));

    [Fact]
    public void Previews_PreviewVersion_IsReported() => Assert.NotEmpty(TemplateRules.Previews(_template));
}
