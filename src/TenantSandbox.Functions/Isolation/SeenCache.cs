using System.Collections.Concurrent;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Isolation;

/// <summary>
/// Keeps what many verifications at once would read of the same cluster for some seconds. Checks state when it was read, and ARM allows few
/// calls. What could not be read isn't kept.
/// </summary>
internal sealed class SeenCache(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (Lazy<Task<object>> Value, DateTimeOffset ReadAt)> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads something, or returns what was read since a time.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="oldest">How old it may be.</param>
    /// <param name="read">Reads it. Not canceled with one caller: others may be waiting for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SandboxException">The call failed in a way that passes by itself; other failures are returned as not seen.</exception>
    public async Task<Seen<T>> GetAsync<T>(string key, TimeSpan oldest, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var now = time.GetUtcNow();
        var entry = _entries.AddOrUpdate(key, _ => Begin(read, now), (_, known) => now - known.ReadAt <= oldest ? known : Begin(read, now));
        try
        {
            return new Seen<T>((T)await entry.Value.Value.WaitAsync(cancellationToken), entry.ReadAt);
        }
        catch (SandboxException e)
        {
            _entries.TryRemove(KeyValuePair.Create(key, entry));
            if (e.ErrorClass.PassesByItself())
            {
                throw;
            }

            return new Seen<T>(null, now, e.Message);
        }
    }

    private static (Lazy<Task<object>> Value, DateTimeOffset ReadAt) Begin<T>(Func<Task<T>> read, DateTimeOffset now)
        where T : class => (new(async () => await read()), now);
}
