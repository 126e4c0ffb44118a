using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class TenantDiagramTests
{
    [Fact]
    public void Documentation_ShowsTheDiagramOfTheTable()
    {
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Tenants", "tenant-lifecycle.md")).ReplaceLineEndings("\n");
        var start = document.IndexOf("```mermaid\n", StringComparison.Ordinal) + "```mermaid\n".Length;
        var end = document.IndexOf("```", start, StringComparison.Ordinal);

        Assert.Equal(TenantDiagram.ToMermaid(), document[start..end]);
    }
}
