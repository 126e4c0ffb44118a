namespace TenantSandbox.Hosting;

/// <summary>The loops of one kind of trigger; they run side by side until they are stopped.</summary>
internal sealed class TriggerLoops : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Starts the loops; each ends when its token fires and its functions have ended.</summary>
    public void Start(IEnumerable<Func<CancellationToken, Task>> loops) =>
        _running = Task.WhenAll(loops.Select(loop => Task.Run(() => loop(_stopping.Token), CancellationToken.None)));

    /// <summary>Cancels the loops and waits for them.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();
}
