using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace TenantSandbox.Cli.Output;

/// <summary>Writes errors of the local system to standard error, so that a failing worker is seen between the progress lines.</summary>
internal static class ConsoleErrors
{
    // A filter of the provider, because it takes precedence over the levels of host.json.
    public static void AddTo(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter<ConsoleLoggerProvider>(category: null, LogLevel.Error)
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
