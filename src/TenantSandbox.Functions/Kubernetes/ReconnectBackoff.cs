namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Limits how often a cluster's credential is fetched while its API server can't be reached or refuses it: at once after the first
/// failure, then after delays that double up to five minutes. A successful call resets it.
/// </summary>
internal sealed class ReconnectBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private TimeSpan _delay;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Whether the connection may be replaced now; if so, starts the next delay.</summary>
    public bool TryStart()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (now < _notBefore)
            {
                return false;
            }

            _delay = _delay == TimeSpan.Zero ? First : _delay * 2 < Longest ? _delay * 2 : Longest;
            _notBefore = now + _delay;
            return true;
        }
    }

    /// <summary>A call succeeded, or the API server answered it with a failure that another credential doesn't change.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _delay = TimeSpan.Zero;
            _notBefore = DateTimeOffset.MinValue;
        }
    }
}
