namespace TenantSandbox.AksTwin;

/// <summary>The injected faults that can still apply. ARM and Kubernetes consult it once per call. Thread-safe.</summary>
public sealed class InjectedFaults(int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private Entry[] _entries = [];

    /// <summary>The faults that can still apply, in the order they were added.</summary>
    public IReadOnlyList<InjectedFault> Pending => [.. _entries.Select(e => e.Fault)];

    public void Add(params ReadOnlySpan<InjectedFault> faults)
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

    /// <summary>
    /// Returns the fault that applies to this call, or null. At most one applies: of those that are due, the one added first.
    /// </summary>
    public InjectedFault? Next(string call, string? target = null)
    {
        lock (_gate)
        {
            Entry? applied = null;
            foreach (var entry in _entries.Where(e => Matches(e.Fault.Call, call) && Matches(e.Fault.Target ?? "*", target ?? "")))
            {
                // Every matching entry counts the call, so that Skip doesn't depend on which other faults applied.
                var isDue = entry.Matched++ >= entry.Fault.Skip && applied is null;
                if (isDue && (entry.Fault.Probability >= 1 || _random.NextDouble() < entry.Fault.Probability))
                {
                    applied = entry;
                }
            }

            if (applied is not null && ++applied.Applied >= applied.Fault.Times)
            {
                _entries = [.. _entries.Where(e => e != applied)];
            }

            return applied?.Fault;
        }
    }

    private static bool Matches(string pattern, string value) => pattern.EndsWith('*')
        ? value.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
        : value.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private sealed class Entry(InjectedFault fault)
    {
        public readonly InjectedFault Fault = fault;
        public int Matched;
        public int Applied;
    }
}
