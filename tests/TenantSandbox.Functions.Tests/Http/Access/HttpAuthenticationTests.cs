using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Functions.Tests.Http.Access;

/// <summary>The two builds differ in one constant, so that holding it and its uses holds the levels of both.</summary>
public sealed partial class HttpAuthenticationTests
{
    private const string File = "src/TenantSandbox.Functions/Http/HttpAuthentication.cs";

    [Fact]
    public void Level_WithAndWithoutTheSymbol_IsAnonymousAndFunction()
    {
        var branches = Branches().Match(SourceTree.Read(File));

        Assert.Equal("Anonymous", branches.Groups["entra"].Value);
        Assert.Equal("Function", branches.Groups["keys"].Value);
        Assert.Equal(AuthorizationLevel.Function, HttpAuthentication.Level);
        Assert.False(HttpAuthentication.IsEntra);
    }

    [Fact]
    public void Levels_OfTheSource_ComeFromTheConstantExceptForTheHealthCheck()
    {
        var folder = Path.Combine(SourceTree.Root, "src", "TenantSandbox.Functions");
        var direct = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => System.IO.File.ReadAllText(f).Contains("AuthorizationLevel.", StringComparison.Ordinal));

        Assert.Equal(["GetHealth.cs", "HttpAuthentication.cs"], direct.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(["GetHealth"], HttpFunctions.Levels.Where(f => f.Value == AuthorizationLevel.Anonymous).Select(f => f.Key));
    }

    [Theory]
    [InlineData(true, null, false)]
    [InlineData(true, "", false)]
    [InlineData(true, "False", false)]
    [InlineData(true, "True", true)]
    [InlineData(false, null, true)]
    public void Defect_OfABuild_IsThereOnlyForEntraWithoutAppServiceAuthentication(bool isEntra, string? variable, bool mayStart)
    {
        var defect = AppServiceAuthentication.Defect(isEntra, name => name == "WEBSITE_AUTH_ENABLED" ? variable : "true");

        Assert.Equal(mayStart, defect is null);
        Assert.True(mayStart || defect!.Contains("WEBSITE_AUTH_ENABLED", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"#if ENTRA\s+public const AuthorizationLevel Level = \w+\.(?<entra>\w+);\s+#else\s+public const AuthorizationLevel Level = \w+\.(?<keys>\w+);\s+#endif")]
    private static partial Regex Branches();
}
