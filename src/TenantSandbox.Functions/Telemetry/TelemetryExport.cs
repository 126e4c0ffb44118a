using Azure.Core;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Telemetry;

/// <summary>
/// Exports traces, metrics and logs over OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and to Azure Monitor if
/// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is. With neither, nothing listens, so that nothing is collected.
/// </summary>
internal static class TelemetryExport
{
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string AzureMonitorConnection = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>The sources of spans: the app's own, the durable client's, and those of Azure's SDKs.</summary>
    private static readonly string[] Sources = [ActivityTelemetry.Source.Name, "Microsoft.DurableTask", "Azure.*"];

    public static IServiceCollection AddSandboxTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        // host.json's telemetryMode "OpenTelemetry" takes effect only if the worker declares it too.
        var telemetry = services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
        var (otlp, azure) = (configuration[OtlpEndpoint] is { Length: > 0 }, configuration[AzureMonitorConnection] is { Length: > 0 });
        if (!otlp && !azure)
        {
            return services;
        }

        telemetry
            .ConfigureResource(resource => AddName(resource, configuration))
            .WithTracing(tracing => tracing.AddSource(Sources).AddHttpClientInstrumentation(http => http.FilterHttpRequestMessage = IsOwnCall))
            .WithMetrics(metrics => metrics.AddMeter(SandboxMetrics.MeterName))
            .WithLogging(
                configureBuilder: null,
                logging =>
                {
                    logging.IncludeScopes = true;
                    logging.IncludeFormattedMessage = true;
                });
        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        if (azure)
        {
            telemetry.AddAzureMonitor(services, configuration[AzureMonitorConnection]!);
        }

        return services;
    }

    private static void AddAzureMonitor(this IOpenTelemetryBuilder telemetry, IServiceCollection services, string connectionString)
    {
        services.AddOptions<AzureMonitorExporterOptions>().Configure<TokenCredential, IOptions<TenantSandboxOptions>>((exporter, credential, settings) =>
        {
            exporter.ConnectionString = connectionString;
            // Application Insights takes no telemetry without Entra in a deployment; a static token is for the local twin only.
            if (settings.Value.Authentication.Mode != AuthenticationMode.Static)
            {
                exporter.Credential = credential;
            }
        });
        telemetry
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter())
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter())
            .WithLogging(logging => logging.AddAzureMonitorLogExporter());
    }

    private static void AddName(ResourceBuilder resource, IConfiguration configuration)
    {
        if (configuration["OTEL_SERVICE_NAME"] is null)
        {
            resource.AddService("tenantsandbox");
        }
    }

    // The worker's own connection to its host is none of the app's calls.
    private static bool IsOwnCall(HttpRequestMessage request) => request.Content?.Headers.ContentType?.MediaType is not "application/grpc";
}
