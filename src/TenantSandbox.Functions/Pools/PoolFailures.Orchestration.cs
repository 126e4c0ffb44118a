using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Pools;

/// <summary>Collects what went wrong with a pool, so that a time-out names the last real cause.</summary>
internal sealed class PoolFailures
{
    private const int MaxEvidence = 8;
    private const int MaxTextLength = 300;

    private readonly List<string> _evidence = [];
    private PoolObservation? _lastFailed;

    /// <summary>Each failure once, oldest first; null when there was none.</summary>
    public IReadOnlyList<string>? Evidence => _evidence.Count > 0 ? _evidence : null;

    /// <summary>Takes note of an observation if it is one of a failure.</summary>
    public void Add(PoolObservation observed)
    {
        if (observed.Condition == PoolCondition.Failed)
        {
            _lastFailed = observed;
        }

        if (observed.ErrorClass is null)
        {
            return;
        }

        var text = $"{observed.Code}: {observed.Detail}";
        text = text.Length <= MaxTextLength ? text : $"{text[..(MaxTextLength - 1)]}…";
        if (!_evidence.Contains(text))
        {
            // The first ones tell how it began, the last one how it ended.
            if (_evidence.Count == MaxEvidence)
            {
                _evidence.RemoveAt(MaxEvidence - 1);
            }

            _evidence.Add(text);
        }
    }

    /// <summary>The error of a time-out: of what was observed last, else of the last failure, else the time-out itself.</summary>
    /// <param name="code">The code of the time-out itself.</param>
    /// <param name="what">What did not happen in time.</param>
    /// <param name="observed">What was observed last.</param>
    public TenantError TimedOut(string code, string what, PoolObservation observed)
    {
        var cause = observed.ErrorClass is not null ? observed : _lastFailed;
        var before = cause is not null && cause != observed ? $" (now: {observed.Detail})" : "";
        return TenantError.Create(cause?.ErrorClass ?? ErrorClass.Transient, cause?.Code ?? code, $"{what}: {(cause ?? observed).Detail}{before}");
    }
}
