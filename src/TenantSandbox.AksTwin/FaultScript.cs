namespace TenantSandbox.AksTwin;

/// <summary>The faults that are still to come. Both surfaces ask it once per call.</summary>
public sealed class FaultScript(int seed)
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly Random _random = new(seed);

    /// <summary>The faults that may still strike, as added.</summary>
    public IReadOnlyList<Fault> Pending
    {
        get
        {
            lock (_gate)
                return [.. _entries.Select(e => e.Fault)];
        }
    }

    public void Add(params ReadOnlySpan<Fault> faults)
    {
        lock (_gate)
        {
            foreach (var fault in faults)
            {
                if (fault.Times is not <= 0)
                    _entries.Add(new(fault));
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
            _entries.Clear();
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
                if (entry.Seen++ >= entry.Fault.Skip && strikes is null && (entry.Fault.Probability >= 1 || _random.NextDouble() < entry.Fault.Probability))
                    strikes = entry;
            }

            if (strikes is not null && ++strikes.Strikes >= strikes.Fault.Times)
                _entries.Remove(strikes);
            return strikes?.Fault;
        }
    }

    private static bool Matches(string pattern, string value) => pattern.EndsWith('*')
        ? value.AsSpan().StartsWith(pattern.AsSpan()[..^1], StringComparison.OrdinalIgnoreCase)
        : value.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private sealed record Entry(Fault Fault)
    {
        public int Seen { get; set; }

        public int Strikes { get; set; }
    }
}
