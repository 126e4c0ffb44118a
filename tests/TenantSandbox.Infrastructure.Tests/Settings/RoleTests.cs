using TenantSandbox.Infrastructure.Tests.Bicep;
using TenantSandbox.Infrastructure.Tests.Rules;
using YamlDotNet.RepresentationModel;

namespace TenantSandbox.Infrastructure.Tests.Settings;

[Collection(Deployments.Collection)]
public sealed class RoleTests(Deployments deployments)
{
    private static readonly string[] Fields = ["apiGroups", "resources", "verbs"];

    [Fact]
    public void CustomRoles_Actions_AreThoseOfTheDocument()
    {
        var documented = RepositoryFiles.Read("infra/README.md").Split('\n').Where(l => l.StartsWith("- `Microsoft.", StringComparison.Ordinal)).SelectMany(Actions);
        var granted = deployments.Resources("production").Where(r => r.Type == Types.RoleDefinition)
            .SelectMany(r => r.List("properties.permissions.0.actions").Select(a => (string)a!));

        Assert.Equal(documented.Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ClusterRole_OfTheApp_IsBoundAndHasNoWildcard()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(RepositoryFiles.Read("infra/cluster-role.yaml")));
        var (role, binding) = ((YamlMappingNode)stream.Documents[0].RootNode, (YamlMappingNode)stream.Documents[1].RootNode);
        var rules = ((YamlSequenceNode)role["rules"]).Cast<YamlMappingNode>().ToList();

        Assert.DoesNotContain("*", rules.SelectMany(r => Fields.SelectMany(k => (YamlSequenceNode)r[k])).Select(n => (string)n!));
        Assert.True(rules.Count > 10);
        Assert.Equal(role["metadata"]["name"], binding["roleRef"]["name"]);
        Assert.Equal("APP_OBJECT_ID", (string?)((YamlSequenceNode)binding["subjects"])[0]["name"]);
    }

    // "- `Microsoft.X/y/read`, `/write`" means the same path with other ends.
    private static IEnumerable<string> Actions(string line)
    {
        var names = line.Split('`').Where((_, i) => i % 2 == 1).Where(n => n.Contains('/', StringComparison.Ordinal)).ToList();
        return names.Select(n => n.StartsWith('/') ? $"{names[0][..names[0].LastIndexOf('/')]}{n}" : n).Where(n => n.StartsWith("Microsoft.", StringComparison.Ordinal));
    }
}
