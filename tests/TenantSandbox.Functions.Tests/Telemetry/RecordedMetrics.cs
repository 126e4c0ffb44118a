using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions.Tests.Telemetry;

/// <summary>What the app's meter records in this process while the object lives; other tests' recordings are among it.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _measurements = [];

    public RecordedMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SandboxMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.Start();
    }

    public IReadOnlyList<Measurement> All => [.. _measurements];

    /// <summary>The values of an instrument that have all these labels.</summary>
    public IReadOnlyList<double> Of(string instrument, params (string Name, string Value)[] labels) =>
        [.. _measurements.Where(m => m.Instrument == instrument && labels.All(l => m.Labels.GetValueOrDefault(l.Name) == l.Value)).Select(m => m.Value)];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var copy = new Dictionary<string, string?>();
        foreach (var (name, label) in labels)
        {
            copy[name] = label?.ToString();
        }

        _measurements.Enqueue(new(instrument.Name, value, copy));
    }

    internal sealed record Measurement(string Instrument, double Value, IReadOnlyDictionary<string, string?> Labels);
}
