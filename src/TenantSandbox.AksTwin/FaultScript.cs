namespace TenantSandbox.AksTwin;

/// <summary>The faults that are still to come. Both surfaces ask it once per call.</summary>
public sealed class FaultScript(int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private Entry[] _entries = [];

    /// <summary>The faults that may still strike, as added.</summary>
    public IReadOnlyList<Fault> Pending => [.. _entries.Select(e => e.Fault)];

    public void Add(params ReadOnlySpan<Fault> faults)
    {
        lock (_gate)
        {
            _entries = [.. _entries, .. faults.ToArray().Where(f => f.Times is not <= 0).Select(f => new Entry(f))];
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries = [];
        }
    }

    /// <summary>The fault that strikes this call, or null. One call gets at most one: the first added that is due.</summary>
    public Fault? Next(string call, string? target = null)
    {
        lock (_gate)
        {
            Entry? strikes = null;
            foreach (var entry in _entries.Where(e => Matches(e.Fault.Call, call) && Matches(e.Fault.Target ?? "*", target ?? "")))
            {
                // Every matching entry sees the call, so that Skip counts calls and not what other faults left over.
                var isDue = entry.Seen++ >= entry.Fault.Skip && strikes is null;
                if (isDue && (entry.Fault.Probability >= 1 || _random.NextDouble() < entry.Fault.Probability))
                {
                    strikes = entry;
                }
            }

            if (strikes is not null && ++strikes.Strikes >= strikes.Fault.Times)
            {
                _entries = [.. _entries.Where(e => e != strikes)];
            }

            return strikes?.Fault;
        }
    }

    private static bool Matches(string pattern, string value) => pattern.EndsWith('*')
        ? value.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
        : value.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private sealed class Entry(Fault fault)
    {
        public readonly Fault Fault = fault;
        public int Seen;
        public int Strikes;
    }
}
