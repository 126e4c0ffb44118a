using System.Text.Json;

namespace TenantSandbox.Infrastructure.Tests.Bicep;

[Collection(Deployments.Collection)]
public sealed class CompilationTests(Deployments deployments)
{
    [Theory]
    [InlineData("infra/main.bicep")]
    [InlineData("infra/cluster-access.bicep")]
    public void Compile_Entry_HasNoErrorAndNoWarning(string entry)
    {
        var compilation = deployments.Compilations[entry];

        Assert.Empty(compilation.Diagnostics.Select(d => $"{d.Source}: {d.Level} {d.Code}: {d.Message}"));
        Assert.True(compilation.Success);
    }

    [Fact]
    public void Compile_Entries_CoverEveryFile()
    {
        var sources = RepositoryFiles.Find(".bicep").Where(f => f.StartsWith("infra/", StringComparison.Ordinal)).ToList();
        var texts = sources.ToDictionary(f => f, RepositoryFiles.Read);

        var unused = sources.Except(Deployments.Entries)
            .Where(f => !texts.Any(t => t.Key != f && t.Value.Contains($"{Path.GetFileName(f)}'", StringComparison.Ordinal)));

        Assert.Empty(unused);
    }

    [Fact]
    public void Compile_UnusedParameterAndOldVersion_IsRefusedByTheLinter()
    {
        var compilation = deployments.Faulty;

        Assert.False(compilation.Success);
        Assert.Equal(["no-unused-params", "use-recent-api-versions"], compilation.Diagnostics.Select(d => d.Code).Order());
    }

    [Fact]
    public void ParametersJson_EveryEntry_IsAParameterAndEveryRequiredOneIsThere()
    {
        using var file = JsonDocument.Parse(RepositoryFiles.Read("infra/main.parameters.json"));
        var given = file.RootElement.GetProperty("parameters").EnumerateObject().Select(p => p.Name).ToList();
        var parameters = deployments.MainTemplate["parameters"]!.AsObject();

        Assert.DoesNotContain(given, name => !parameters.ContainsKey(name));
        Assert.Empty(parameters.Where(p => p.Value!["defaultValue"] is null && !given.Contains(p.Key)).Select(p => p.Key));
    }
}
