using TenantSandbox.Infrastructure.Tests.Bicep;

namespace TenantSandbox.Infrastructure.Tests.Rules;

[Collection(Deployments.Collection)]
public sealed class ResourceRuleTests(Deployments deployments)
{
    internal static readonly IReadOnlyDictionary<string, ResourceRule> Rules = new[]
    {
        DataRules.All, EventRules.All, AppRules.All, ClusterRules.All, RegistryRules.All, NetworkRules.All, GovernanceRules.All,
    }.SelectMany(r => r).ToDictionary(r => r.Name);

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_EveryShape_Holds(string name)
    {
        var rule = Rules[name];

        var faults = Deployments.ParameterFiles.Keys.Where(shape => !rule.ProductionOnly || shape == "production")
            .SelectMany(shape => rule.Faults(deployments.Resources(shape)).Select(fault => $"{shape}: {fault}"));

        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_BrokenResource_IsReported(string name)
    {
        var resources = deployments.Copy("production");

        Rules[name].Break(resources);

        Assert.NotEmpty(Rules[name].Faults(resources));
    }

    [Theory]
    [InlineData("small", 60)]
    [InlineData("production", 90)]
    [InlineData("existingCluster", 40)]
    public void Resources_OfAShape_AreAllPredicted(string shape, int atLeast)
    {
        var resources = deployments.Resources(shape);

        Assert.True(resources.Count >= atLeast, $"{resources.Count} resources");
        Assert.Equal(shape == "existingCluster", !resources.Any(r => r.Type == Types.Cluster));
    }
}
