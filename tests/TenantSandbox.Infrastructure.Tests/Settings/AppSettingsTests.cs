using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Infrastructure.Tests.Bicep;
using TenantSandbox.Infrastructure.Tests.Rules;

namespace TenantSandbox.Infrastructure.Tests.Settings;

[Collection(Deployments.Collection)]
public sealed class AppSettingsTests(Deployments deployments)
{
    private const string Prefix = "TenantSandbox__";

    // What the Functions host reads: its storage and its telemetry, by identity (learn.microsoft.com/azure/azure-functions/functions-app-settings).
    private static readonly string[] HostSettings =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri",
    ];

    public static TheoryData<string> Shapes => Deployments.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Settings_OfTheHost_AreTheNamedOnes(string shape) =>
        Assert.Equal(HostSettings, Settings(shape).Keys.Where(k => !k.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Settings_OfTheApp_AreAllRead(string shape) =>
        Assert.DoesNotContain(Settings(shape).Keys, k => k.StartsWith(Prefix, StringComparison.Ordinal) && !KnownSettings.Contains(k));

    [Theory]
    [InlineData("TenantSandbox__Clusters__0__Nmae", false)]
    [InlineData("TenantSandbox__Clusters__Name", false)]
    [InlineData("TenantSandbox__Maintenance__Schedules__Sweep", false)]
    [InlineData("TenantSandbox__Clusters", false)]
    [InlineData("TenantSandbox__Clusters__1__Zones__0", true)]
    [InlineData("TenantSandbox__Network__Sources__gateway__Namespace", true)]
    [InlineData("TenantSandbox__Workloads__RunAsUser", true)]
    [InlineData("TenantSandbox__Logs__TimeLimit", true)]
    public void Contains_Setting_OnlyIfTheAppReadsIt(string setting, bool expected) => Assert.Equal(expected, KnownSettings.Contains(setting));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Settings_Schedules_AreThoseOfTheTimers(string shape)
    {
        var given = Settings(shape).Keys.Where(k => k.StartsWith($"{Prefix}Maintenance__Schedules__", StringComparison.Ordinal)).Select(k => k.Replace("__", ":", StringComparison.Ordinal));

        Assert.Equal(KnownSettings.Schedules, given.Order(StringComparer.Ordinal));
        Assert.Equal(6, KnownSettings.Schedules.Count);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Settings_OfAShape_PassTheValidationAtStart(string shape)
    {
        var configuration = Configuration(Settings(shape));
        using var provider = new ServiceCollection().AddLogging().AddTenantSandbox(configuration).BuildServiceProvider();

        provider.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal("westeurope", configuration["TenantSandbox:Clusters:0:Region"]);
    }

    [Fact]
    public void Settings_WithoutTheCluster_FailTheValidationAtStart()
    {
        var settings = Settings("small");
        settings.Remove("TenantSandbox__Clusters__0__Region");
        using var provider = new ServiceCollection().AddLogging().AddTenantSandbox(Configuration(settings)).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("TenantSandbox__Clusters__0__Region", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_AndQueues_AreThoseOfTheApp()
    {
        var names = deployments.Resources("small")
            .Where(r => r.Type == Types.Container || r.Type.EndsWith("/queues", StringComparison.Ordinal)).Select(r => r.Name.Split('/')[^1]);

        string[] needed = [QueueNames.Requests, QueueNames.Poison, QueueNames.Rejected, BlobSpecStore.ContainerName];
        Assert.Empty(needed.Except(names));
    }

    private Dictionary<string, string> Settings(string shape) => AppSettings.Of(deployments, shape);

    // As the worker reads environment variables.
    private static IConfigurationRoot Configuration(Dictionary<string, string> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key.Replace("__", ":", StringComparison.Ordinal), s => (string?)s.Value)).Build();
}
