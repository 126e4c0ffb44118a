using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantSandbox.Infrastructure.Tests.Bicep;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>What documents, hooks and workflows name must be there.</summary>
[Collection(Deployments.Collection)]
public sealed partial class OutputTests(Deployments deployments)
{
    // Variables that azd or GitHub sets.
    private static readonly string[] Given =
        ["AZURE_CLIENT_ID", "AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE", "AZURE_RUNNER", "AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID"];

    private static readonly string[] Users =
    [
        "azure.yaml", "docs/deploying.md",
        .. RepositoryFiles.Find(".yml", ".sh").Where(f => f.StartsWith("infra/hooks/", StringComparison.Ordinal) || f.StartsWith(".github/workflows/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Variables_InHooksWorkflowsAndDocuments_AreOutputsOrGiven()
    {
        var outputs = deployments.MainTemplate["outputs"]!.AsObject().Select(o => o.Key);
        var asked = Variables("infra/main.parameters.json");
        var known = outputs.Concat(asked).Concat(Given).ToHashSet();

        Assert.Empty(Users.SelectMany(f => Variables(f).Except(known).Select(v => $"{f}: {v}")));
    }

    [Fact]
    public void Outputs_OfTheTemplate_AreUsed()
    {
        Assert.Empty(deployments.MainTemplate["outputs"]!.AsObject().Select(o => o.Key).Except(Users.SelectMany(Variables)));
    }

    [Fact]
    public void Parameters_InDocumentsAndWorkflows_AreThoseOfTheTemplates()
    {
        var known = deployments.Compilations.Values.SelectMany(c => JsonNode.Parse(c.Contents!)!["parameters"]!.AsObject().Select(p => p.Key));
        var named = Users.SelectMany(f => ParameterList().Matches(RepositoryFiles.Read(f)))
            .SelectMany(m => Assignment().Matches(m.Value)).Select(m => m.Groups["name"].Value).ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Azure_Service_IsTheTaggedApp()
    {
        var services = (YamlDotNet.RepresentationModel.YamlMappingNode)Yaml.Parse("azure.yaml")[0]["services"];
        var app = deployments.Resources("small").Single(r => r.Type == "Microsoft.Web/sites");

        Assert.Equal(app.Text("tags.azd-service-name"), (string?)Assert.Single(services.Children).Key);
        Assert.True(Directory.Exists(RepositoryFiles.Path((string)services[app.Text("tags.azd-service-name")!]["project"]!)));
    }

    private static IEnumerable<string> Variables(string file) => Variable().Matches(RepositoryFiles.Read(file)).Select(m => m.Value).Distinct();

    [GeneratedRegex(@"\b(AZURE|TENANTSANDBOX)_[A-Z_]+\b")]
    private static partial Regex Variable();

    // From --parameters to the end of the command, which may go on after a backslash.
    [GeneratedRegex(@"--parameters(?<list>([^\n`\\|]|\\\n)*)")]
    private static partial Regex ParameterList();

    [GeneratedRegex(@"(?<=[\s""'])(?<name>[a-z][A-Za-z]+)=")]
    private static partial Regex Assignment();
}
