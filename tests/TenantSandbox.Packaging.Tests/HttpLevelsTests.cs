namespace TenantSandbox.Packaging.Tests;

public sealed class HttpLevelsTests
{
    [Theory]
    [InlineData("Function", false, 0)]
    [InlineData("Anonymous", false, 1)]
    [InlineData("Anonymous", true, 0)]
    [InlineData("Function", true, 1)]
    public void Defects_LevelOfAnHttpFunction_MustBeThatOfTheBuild(string level, bool isEntra, int expected)
    {
        using var app = new PublishedApp();
        app.Write("functions.metadata", $$"""
            [{"name":"GetTenant","scriptFile":"App.dll","bindings":[{"type":"httpTrigger","authLevel":"{{level}}"},{"type":"http"}]},
             {"name":"GetHealth","scriptFile":"App.dll","bindings":[{"type":"httpTrigger","authLevel":"Anonymous"}]},
             {"name":"OnTenantRequest","scriptFile":"App.dll","bindings":[{"type":"queueTrigger"}]}]
            """);
        using var archive = app.Pack();

        var defects = HttpLevels.Defects(archive, isEntra).ToArray();

        Assert.Equal(expected, defects.Length);
        Assert.All(defects, d => Assert.StartsWith("GetTenant has the authorization level", d, StringComparison.Ordinal));
    }
}
