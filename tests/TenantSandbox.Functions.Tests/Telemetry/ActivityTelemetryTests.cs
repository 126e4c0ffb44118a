using System.Diagnostics;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions.Tests.Telemetry;

public sealed class ActivityTelemetryTests
{
    [Fact]
    public async Task Run_ThatFails_HasTheClassInItsSpanButNotTheMessage()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ActivityTelemetry.Source.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        await Assert.ThrowsAsync<AggregateException>(() => ActivityTelemetry.RunAsync("FailingActivity", isActivity: true, () =>
        {
            ActivityTelemetry.TagTenant("acme");
            throw new AggregateException(new QuotaException("QuotaExceeded", "acme's words"));
        }));

        Activity span;
        lock (spans)
        {
            span = Assert.Single(spans, s => s.DisplayName == "FailingActivity");
        }

        Assert.Equal((ActivityStatusCode.Error, nameof(AggregateException)), (span.Status, span.StatusDescription));
        Assert.Equal("quota", span.GetTagItem(ActivityTelemetry.ErrorClassAttribute));
        Assert.Equal("acme", span.GetTagItem(ActivityTelemetry.TenantIdAttribute));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("words", StringComparison.Ordinal) == true);
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task Export_NoSetting_CollectsNothing()
    {
        await using var services = Create();

        Assert.Null(services.GetService<MeterProvider>());
    }

    [Fact]
    public async Task Export_OtlpEndpoint_CollectsTracesAndMetrics()
    {
        await using var services = Create((TelemetryExport.OtlpEndpoint, "http://127.0.0.1:9"));

        Assert.NotNull(services.GetService<MeterProvider>());
        Assert.NotNull(services.GetService<TracerProvider>());
    }

    [Fact]
    public async Task Export_AzureMonitor_UsesTheAppsIdentity()
    {
        const string Connection = "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://ingestion.invalid/";
        await using var services = Create((TelemetryExport.AzureMonitorConnection, Connection), ("TenantSandbox:Authentication:Mode", "Azure"));

        var exporter = services.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value;

        Assert.Equal(Connection, exporter.ConnectionString);
        Assert.NotNull(exporter.Credential);
    }

    private static ServiceProvider Create(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(App.Settings().Select(s => KeyValuePair.Create($"TenantSandbox:{s.Key.Replace("__", ":", StringComparison.Ordinal)}", (string?)s.Value)))
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        return services.AddLogging().AddTenantSandbox(configuration).BuildServiceProvider();
    }
}
