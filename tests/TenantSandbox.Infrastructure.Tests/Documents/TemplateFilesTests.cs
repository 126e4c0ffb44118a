using System.Runtime.Versioning;
using System.Text.Json;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>What microsoft/template-validation-action looks for, as far as it can be seen in files.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TemplateFilesTests
{
    private static readonly string[] Tools = ["azure-cli", "azd", "node", "kubectl"];

    [Theory]
    [InlineData("## Features")]
    [InlineData("## Getting Started")]
    [InlineData("## Guidance")]
    [InlineData("## Resources")]
    public void Readme_Heading_IsThere(string heading) => Assert.Contains(heading, RepositoryFiles.Read("README.md").Split('\n'));

    [Theory]
    [InlineData("LICENSE")]
    [InlineData("SECURITY.md")]
    [InlineData("CODE_OF_CONDUCT.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData(".github/ISSUE_TEMPLATE/bug.md")]
    [InlineData(".github/workflows/azure-dev.yml")]
    [InlineData("azure.yaml")]
    [InlineData("infra/main.bicep")]
    [InlineData("infra/main.parameters.json")]
    public void File_OfATemplate_IsThereAndNotEmpty(string file) => Assert.True(new FileInfo(RepositoryFiles.Path(file)) is { Exists: true, Length: > 100 });

    [Fact]
    public void Readme_FirstScreen_SaysWhatItIsShowsItAndRunsIt()
    {
        var lines = RepositoryFiles.Read("README.md").Split('\n').TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)).ToList();

        Assert.InRange(lines.Count, 20, 60);
        Assert.Single(lines, "```mermaid");
        Assert.Equal(2, lines.Count(l => l.StartsWith("./dev ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Devcontainer_Features_HaveTheToolsThatTheDocumentsUse()
    {
        using var container = JsonDocument.Parse(RepositoryFiles.Read(".devcontainer/devcontainer.json"));
        var features = string.Join(' ', container.RootElement.GetProperty("features").EnumerateObject().Select(f => f.Name));

        Assert.All(Tools, tool => Assert.Contains(tool, features, StringComparison.Ordinal));
        Assert.Contains("dotnet:", container.RootElement.GetProperty("image").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Yaml_OfTheRepository_Parses()
    {
        var files = RepositoryFiles.Find(".yml", ".yaml").Where(f => !f.StartsWith("tests/", StringComparison.Ordinal)).ToList();

        Assert.Contains("azure.yaml", files);
        Assert.All(files, file => Assert.NotEmpty(Yaml.Parse(file)));
    }

    [Fact]
    public void Azure_Hooks_AreExecutableFiles()
    {
        var hooks = Yaml.Values(Yaml.Parse("azure.yaml")[0]["hooks"], "run").Select(r => (string)r!).ToList();

        Assert.All(hooks, hook => Assert.True(File.GetUnixFileMode(RepositoryFiles.Path(hook)).HasFlag(UnixFileMode.UserExecute)));
        Assert.NotEmpty(hooks);
    }
}
