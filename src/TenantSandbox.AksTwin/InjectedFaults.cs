using System.Net;

namespace TenantSandbox.AksTwin;

/// <summary>The injected faults that can still apply. ARM and Kubernetes consult it once per call. Thread-safe.</summary>
public sealed class InjectedFaults(int seed)
{
    /// <summary>
    /// The call name of faults of a probe (docs/probe.md). They are consulted when its container starts; their target is the name of the pod,
    /// its namespace, its node or its cluster.
    /// </summary>
    public const string ProbeRun = "probe.run";

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private Entry[] _entries = [];

    /// <summary>The faults that can still apply, in the order they were added.</summary>
    public IReadOnlyList<InjectedFault> Pending => [.. _entries.Select(e => e.Fault)];

    /// <exception cref="ArgumentException">The code of a fault of a probe isn't one of those that its kind takes.</exception>
    public void Add(params ReadOnlySpan<InjectedFault> faults)
    {
        foreach (var fault in faults)
        {
            if (!HasUsableCode(fault))
            {
                throw new ArgumentException($"A fault of kind {fault.Kind} can't have the code '{fault.Code}'.", nameof(faults));
            }
        }

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

    /// <summary>Returns all faults of one kind that apply to a call which several names can be the target of, in the order they were added.</summary>
    public IReadOnlyList<InjectedFault> NextAll(InjectedFaultKind kind, string call, IReadOnlyList<string> targets)
    {
        lock (_gate)
        {
            Entry[] applied =
            [
                .. _entries.Where(e => e.Fault.Kind == kind && Matches(e.Fault.Call, call) && targets.Any(t => Matches(e.Fault.Target ?? "*", t)))
                    .Where(e => e.Matched++ >= e.Fault.Skip && (e.Fault.Probability >= 1 || _random.NextDouble() < e.Fault.Probability)),
            ];
            foreach (var entry in applied)
            {
                entry.Applied++;
            }

            _entries = [.. _entries.Where(e => e.Fault.Times is not { } times || e.Applied < times)];
            return [.. applied.Select(e => e.Fault)];
        }
    }

    private static bool HasUsableCode(InjectedFault fault) => fault.Kind switch
    {
        InjectedFaultKind.GuestMemory => int.TryParse(fault.Code, CultureInfo.InvariantCulture, out var mebibytes) && mebibytes > 0,
        InjectedFaultKind.AddressOpen or InjectedFaultKind.AddressSilent => IPAddress.TryParse(fault.Code, out _),
        InjectedFaultKind.ProbeOutput => fault.Code is "nothing" or "garbage" or "forgedNonce" or "twoLines",
        _ => true,
    };

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
