using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests;

public sealed class HostSettingsTests
{
    private static readonly JsonNode Host = JsonNode.Parse(SourceTree.Read("host.json"))!;

    [Theory]
    [InlineData("controlQueueVisibilityTimeout")]
    [InlineData("workItemQueueVisibilityTimeout")]
    public void Storage_MessagesOfACrashedHost_BecomeVisibleAfterOneMinute(string setting) =>
        // The extension's default is five minutes, half of a rollout's deadline; it refuses less than one.
        Assert.Equal("00:01:00", (string?)Host["extensions"]!["durableTask"]!["storageProvider"]![setting]);

    [Fact]
    public void Storage_ParallelStartsOfOneId_AreDetected() =>
        Assert.True((bool?)Host["extensions"]!["durableTask"]!["storageProvider"]!["useInstanceTableEtag"]);

    [Fact]
    public void Timeout_OfFunctions_IsLongerThanAnAnswerWithLogs() =>
        Assert.True(TimeSpan.Parse((string)Host["functionTimeout"]!, CultureInfo.InvariantCulture) > new LogOptions().TimeLimit);

    [Fact]
    public void Logging_AzureCore_IsQuietWhenIdle() => Assert.Equal("Warning", (string?)Host["logging"]!["logLevel"]!["Azure.Core"]);

    [Fact]
    public async Task Telemetry_OpenTelemetryInHostJson_IsDeclaredByTheWorker()
    {
        await using var services = App.Create(App.Settings());

        Assert.Equal("OpenTelemetry", (string?)Host["telemetryMode"]);
        Assert.Equal("True", services.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities["WorkerOpenTelemetryEnabled"], ignoreCase: true);
    }
}
