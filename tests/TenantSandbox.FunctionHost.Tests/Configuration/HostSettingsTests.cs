using System.Reflection;
using System.Text.Json;
using DurableTask.Core.Settings;
using TenantSandbox.Hosting.Configuration;

namespace TenantSandbox.Hosting.Tests.Configuration;

public sealed class HostSettingsTests
{
    private static readonly string Root = typeof(HostSettingsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    [Fact]
    public void Documentation_OfTheRepositorysFile_ExplainsEverySetting()
    {
        var explained = File.ReadAllText(Path.Combine(Root, "docs", "host-settings.md"));
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "host.json")));

        var missing = Leaves(document.RootElement, []).Where(path => !explained.Contains($"| `{NameIn(path)}` |", StringComparison.Ordinal));

        Assert.Empty(missing.Select(path => string.Join('.', path)));
    }

    [Fact]
    public void Read_OfTheRepositorysFile_KnowsEverySettingAndTakesItsValues()
    {
        var configuration = Load(File.ReadAllText(Path.Combine(Root, "host.json")));

        var settings = HostSettings.Read(configuration);

        Assert.Empty(KnownSettings.FindUnknown(configuration));
        Assert.Equal(("api", 200, 100), (settings.RoutePrefix, settings.MaxOutstandingRequests, settings.MaxConcurrentRequests));
        Assert.Equal(TimeSpan.FromMinutes(10), settings.FunctionTimeout);
        Assert.Equal(("TenantSandbox", "2.1", 50), (settings.Durable.HubName, settings.Durable.DefaultVersion, settings.Durable.MaxConcurrentActivities));
        Assert.Equal(VersioningSettings.VersionFailureStrategy.Reject, settings.Durable.VersionFailure);
        Assert.Equal((16, TimeSpan.FromSeconds(30)), (settings.Queues.BatchSize, settings.Queues.VisibilityTimeout));
    }

    [Fact]
    public void Read_OfAnEmptyFile_GivesTheRealHostsDefaults()
    {
        var settings = HostSettings.Read(Load("""{ "version": "2.0" }"""));

        Assert.Equal(new HostSettings(), settings);
        Assert.Equal((16, 8, 5), (settings.Queues.BatchSize, settings.Queues.NewBatchThreshold, settings.Queues.MaxDequeueCount));
    }

    [Fact]
    public void Read_WithAnAppSetting_PrefersIt()
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
    [InlineData("""{ "version": "2.0", "extensions": { "http": { "maxConcurrentRequests": "many" } } }""", "extensions.http.maxConcurrentRequests")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "batchSize": 33 } } }""", "extensions.queues.batchSize")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "maxDequeueCount": 0 } } }""", "maxDequeueCount")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "visibilityTimeout": "8.00:00:00" } } }""", "visibilityTimeout")]
    [InlineData("""{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "utf-8" } } }""", "messageEncoding")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 0 } } }""", "maxConcurrentActivityFunctions")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "versionMatchStrategy": "Newest" } } }""", "versionMatchStrategy")]
    public void Read_WithAnInvalidValue_NamesTheSetting(string hostJson, string setting)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => HostSettings.Read(Load(hostJson)));

        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindUnknown_OfMisspeltKeys_NamesThem()
    {
        var configuration = Load(
            """
            { "version": "2.0", "functionTimeOut": "00:01:00", "functionTimout": "00:01:00",
              "extensions": { "queues": { "batchsize": 1, "batch": 1 }, "durabletask": { "maxQueuePollingInterval": "00:00:01" }, "unknown": { "a": 1 } },
              "logging": { "logLevel": { "Anything": "Warning" } } }
            """);

        Assert.Equal(
            ["extensions.durabletask.maxQueuePollingInterval", "extensions.queues.batch", "extensions.unknown.a", "functionTimout"],
            KnownSettings.FindUnknown(configuration));
    }

    [Fact]
    public void Load_OfLocalSettings_MakesThemSettingsAndEnvironmentOfTheApp()
    {
        var directory = Directory.CreateTempSubdirectory("settings-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "host.json"), """{ "version": "2.0" }""");
            var options = new FunctionHostOptions
            {
                AppDirectory = directory.FullName,
                StateDirectory = directory.FullName,
                OrchestrationService = null!,
                LocalSettingsPath = Path.Combine(Root, "local.settings.sample.json"),
                Settings = new Dictionary<string, string?> { ["TenantSandbox:Clusters:0:Name"] = "another" },
            };
            var configuration = new ConfigurationManager();

            HostConfiguration.Load(configuration, options);
            var environment = HostConfiguration.WorkerEnvironment(options);

            Assert.Equal(("westeurope", "another"), (configuration["TenantSandbox:Clusters:0:Region"], configuration["TenantSandbox:Clusters:0:Name"]));
            Assert.Equal(("westeurope", "another"), (environment["TenantSandbox__Clusters__0__Region"], environment["TenantSandbox__Clusters__0__Name"]));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("%MySchedule%", "0 * * * * *")]
    [InlineData("tenants-%Sub__Name%-x", "tenants-y-x")]
    [InlineData("plain", "plain")]
    public void Resolve_OfSettingNames_InsertsTheirValues(string text, string expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["MySchedule"] = "0 * * * * *", ["Sub:Name"] = "y" }).Build();

        Assert.Equal(expected, SettingNames.Resolve(text, configuration, "a test"));
        Assert.Contains(
            "'Nobody'",
            Assert.Throws<InvalidOperationException>(() => SettingNames.Resolve("%Nobody%", configuration, "a test")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOrCreate_Twice_GivesTheSameKeysReadableByTheUserOnly()
    {
        var directory = Directory.CreateTempSubdirectory("keys-");
        try
        {
            var first = FunctionKeys.LoadOrCreate(directory.FullName);
            var second = FunctionKeys.LoadOrCreate(directory.FullName);

            Assert.Equal(first.Master, second.Master);
            Assert.Equal(4, new HashSet<string> { first.Master, first.Function, first.EventGrid, first.Topic }.Count);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(Path.Combine(directory.FullName, FunctionKeys.FileName)));
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static IConfigurationRoot Load(string hostJson, Dictionary<string, string?>? settings = null) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "{{HostSettings.Section}}": {{hostJson}} }""")))
        .AddInMemoryCollection(settings ?? [])
        .Build();

    private static IEnumerable<string[]> Leaves(JsonElement element, string[] path) => element.ValueKind is JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(property => Leaves(property.Value, [.. path, property.Name]))
        : [path];

    // The page has a table per section; only log levels, whose names hold dots themselves, are written out.
    private static string NameIn(string[] path) => path[0] is "logging" ? string.Join('.', path) : path[^1];
}
