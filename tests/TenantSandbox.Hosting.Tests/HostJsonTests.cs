using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Hosting.Tests;

public sealed class HostJsonTests
{
    private static readonly string Root = typeof(HostJsonTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    [Fact]
    public void EverySetting_OfTheRepositorysFile_IsExplained()
    {
        var explained = File.ReadAllText(Path.Combine(Root, "docs", "host-settings.md"));
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "host.json")));

        var missing = Leaves(document.RootElement, []).Where(path => !explained.Contains($"| `{NameIn(path)}` |", StringComparison.Ordinal));

        Assert.Empty(missing.Select(path => string.Join('.', path)));
    }

    [Fact]
    public void Read_OfTheRepositorysFile_GivesItsValues()
    {
        var settings = HostSettings.Read(Load(File.ReadAllText(Path.Combine(Root, "host.json"))));

        Assert.Equal("api", settings.RoutePrefix);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.FunctionTimeout);
        Assert.Equal(
            new QueueSettings
            {
                BatchSize = 16,
                NewBatchThreshold = 8,
                MaxDequeueCount = 5,
                VisibilityTimeout = TimeSpan.FromSeconds(30),
                MaxPollingInterval = TimeSpan.FromSeconds(2),
                MessageEncoding = Azure.Storage.Queues.QueueMessageEncoding.None,
            },
            settings.Queues);
    }

    [Fact]
    public void Read_OfAnEmptyFile_GivesTheRealHostsDefaults()
    {
        var settings = HostSettings.Read(Load("""{ "version": "2.0" }"""));

        Assert.Equal(new HostSettings(), settings);
        Assert.Equal((16, 8, 5), (settings.Queues.BatchSize, settings.Queues.NewBatchThreshold, settings.Queues.MaxDequeueCount));
    }

    [Fact]
    public void Read_WithAnEnvironmentOverride_TakesIt()
    {
        var settings = HostSettings.Read(Load(
            """{ "version": "2.0", "extensions": { "queues": { "batchSize": 4 } } }""",
            new() { ["AzureFunctionsJobHost:extensions:queues:batchSize"] = "8" }));

        Assert.Equal((8, 4), (settings.Queues.BatchSize, settings.Queues.NewBatchThreshold));
    }

    [Theory]
    [InlineData("""{ }""", "version")]
    [InlineData("""{ "version": "1.0" }""", "version")]
    [InlineData("""{ "version": "2.0", "functionTimeout": "soon" }""", "functionTimeout")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "batchSize": 33 } } }""", "batchSize")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "maxDequeueCount": 0 } } }""", "maxDequeueCount")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "visibilityTimeout": "8.00:00:00" } } }""", "visibilityTimeout")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "utf-8" } } }""", "messageEncoding")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 0 } } }""", "maxConcurrentActivityFunctions")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "versionMatchStrategy": "Newest" } } }""", "versionMatchStrategy")]
    public void Read_WithABadValue_NamesTheSetting(string hostJson, string setting)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => HostSettings.Read(Load(hostJson)));

        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfLocalSettings_MakesThemSettingsOfTheApp()
    {
        var state = Directory.CreateTempSubdirectory("settings-");
        try
        {
            var hostJson = Path.Combine(state.FullName, "host.json");
            File.WriteAllText(hostJson, """{ "version": "2.0" }""");
            var configuration = new ConfigurationManager();

            LocalSettings.Load(configuration, new FunctionHostOptions
            {
                Assemblies = [],
                StateDirectory = state.FullName,
                HostJsonPath = hostJson,
                LocalSettingsPath = Path.Combine(Root, "local.settings.sample.json"),
                Settings = new Dictionary<string, string?> { ["TenantSandbox:Clusters:0:Name"] = "another" },
            });

            Assert.Equal("westeurope", configuration["TenantSandbox:Clusters:0:Region"]);
            Assert.Equal("another", configuration["TenantSandbox:Clusters:0:Name"]);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("%MySchedule%", "0 * * * * *")]
    [InlineData("tenants-%Sub__Name%-x", "tenants-y-x")]
    [InlineData("plain", "plain")]
    public void Resolve_OfSettingNames_PutsInTheirValues(string text, string expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["MySchedule"] = "0 * * * * *", ["Sub:Name"] = "y" }).Build();

        Assert.Equal(expected, SettingNames.Resolve(text, configuration, "a test"));
        Assert.Contains(
            "'Nobody'",
            Assert.Throws<InvalidOperationException>(() => SettingNames.Resolve("%Nobody%", configuration, "a test")).Message,
            StringComparison.Ordinal);
    }

    private static IConfiguration Load(string hostJson, Dictionary<string, string?>? over = null) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "{{HostSettings.Section}}": {{hostJson}} }""")))
        .AddInMemoryCollection(over ?? [])
        .Build();

    private static IEnumerable<string[]> Leaves(JsonElement element, string[] path) => element.ValueKind is JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(property => Leaves(property.Value, [.. path, property.Name]))
        : [path];

    // The page has a table per block; only log levels, whose names hold dots themselves, are written out.
    private static string NameIn(string[] path) => path[0] is "logging" ? string.Join('.', path) : path[^1];
}
