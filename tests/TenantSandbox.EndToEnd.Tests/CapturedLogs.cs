using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Keeps what host and worker log while it is on, with the states of scopes and with exceptions.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Whether it keeps anything.</summary>
    public bool IsOn { get; set; }

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => new Sink(categoryName, this);

    public void Dispose()
    {
    }

    private sealed class Sink(string category, CapturedLogs logs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            if (logs.IsOn)
            {
                logs._lines.Enqueue($"{state}");
            }

            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => logs.IsOn;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logs.IsOn)
            {
                logs._lines.Enqueue($"{category} {formatter(state, exception)} {exception}");
            }
        }
    }
}
