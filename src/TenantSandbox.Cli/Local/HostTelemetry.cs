using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TenantSandbox.Hosting;

namespace TenantSandbox.Cli.Local;

/// <summary>
/// Exports the function host's spans over OTLP: each triggered function, and the orchestrations, activities and entities of
/// DurableTask.Core. The worker exports its own, as children of these.
/// </summary>
internal static class HostTelemetry
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The app settings that make the worker export to the same place.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> WorkerSettings(Uri endpoint) =>
    [
        new(EndpointVariable, endpoint.ToString().TrimEnd('/')),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        // People look while it runs; the default is a minute.
        new("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
    ];

    /// <summary>Starts the export.</summary>
    /// <param name="endpoint">Where to; null for the environment's <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</param>
    /// <returns>Null without an endpoint: nothing is collected then.</returns>
    public static IDisposable? Start(Uri? endpoint)
    {
        if (endpoint is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
        {
            return null;
        }

        return Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("function-host"))
            .AddSource("DurableTask.Core", FunctionHost.SpanSource)
            .AddOtlpExporter(otlp =>
            {
                if (endpoint is not null)
                {
                    (otlp.Endpoint, otlp.Protocol) = (endpoint, OtlpExportProtocol.Grpc);
                }
            })
            .Build();
    }
}
