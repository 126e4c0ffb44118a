using System.Reflection;
using NetArchTest.Rules;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests;

/// <summary>
/// Which folder of the app may use which. Arrows point down: doors, operations and maintenance, then tenants, then pools and isolation, then orchestration
/// and adapters, then configuration. Constants are inlined by the compiler, so uses of them alone are not seen.
/// </summary>
public sealed class ArchitectureTests
{
    private const string Root = "TenantSandbox.Functions.";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Doors"] = ["Http", "Tenants", "Pools", "Specs", "Telemetry", "Configuration"],
        ["Operations"] = ["Http", "Tenants", "Orchestration", "Isolation", "Kubernetes", "Specs", "Configuration"],
        ["Maintenance"] = ["Http", "Tenants", "Pools", "Isolation", "Orchestration", "Azure", "Kubernetes", "Specs", "Telemetry", "Configuration"],
        ["Tenants"] = ["Pools", "Isolation", "Orchestration", "Azure", "Kubernetes", "Telemetry"],
        ["Pools"] = ["Orchestration", "Azure", "Kubernetes", "Telemetry", "Configuration"],
        ["Isolation"] = ["Orchestration", "Kubernetes", "Storage", "Azure", "Telemetry", "Configuration"],
        ["Orchestration"] = ["Azure"],
        ["Kubernetes"] = ["Specs", "Azure", "Configuration"],
        ["Specs"] = ["Storage", "Configuration"],
        ["Storage"] = ["Azure", "Configuration"],
        ["Azure"] = ["Telemetry", "Configuration"],
        ["Http"] = ["Telemetry"],
        ["Telemetry"] = ["Configuration"],
        ["Configuration"] = [],
    };

    private static readonly Assembly App = typeof(TenantSandboxOptions).Assembly;

    public static TheoryData<string> Folders => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_Dependencies_AreTheAllowedOnes(string folder)
    {
        var used = Allowed.Keys.Where(other => other != folder && Uses(folder, other)).Order(StringComparer.Ordinal);

        Assert.Equal(Allowed[folder].Order(StringComparer.Ordinal), used);
    }

    [Fact]
    public void Types_All_LieInAFolderOfTheTable()
    {
        string[] atTheRoot = ["ActivityNames", "Program", "ServiceCollectionExtensions"];
        var folders = App.GetTypes()
            .Where(t => t.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true)
            .Select(t => t.Namespace![Root.Length..].Split('.')[0])
            .Distinct();
        var roots = App.GetTypes().Where(t => t.Namespace == Root.TrimEnd('.') && !t.IsNested).Select(t => t.Name.Split('<')[0]);

        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
        Assert.Equal(["ActivityNames", "ServiceCollectionExtensions"], roots.Intersect(atTheRoot).Except(["Program"]).Order(StringComparer.Ordinal));
    }

    private static bool Uses(string folder, string other) => Types.InAssembly(App)
        .That().ResideInNamespaceMatching($"^{Root.Replace(".", "\\.", StringComparison.Ordinal)}{folder}(\\.|$)")
        .ShouldNot().HaveDependencyOn(Root + other)
        .GetResult().FailingTypes is { } failing && failing.Any();
}
