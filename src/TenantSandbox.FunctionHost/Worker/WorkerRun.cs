namespace TenantSandbox.Hosting.Worker;

/// <summary>A worker process with its message channel, which is closed when the process exits.</summary>
internal sealed class WorkerRun
{
    private readonly long _started = TimeProvider.System.GetTimestamp();

    public WorkerRun(WorkerProcess process, WorkerChannel channel)
    {
        (Process, Channel) = (process, channel);
        Exit = CloseOnExitAsync();
    }

    public WorkerProcess Process { get; }

    public WorkerChannel Channel { get; }

    public Task<WorkerProcessExitException> Exit { get; }

    public bool IsOlderThan(TimeSpan age) => TimeProvider.System.GetElapsedTime(_started) >= age;

    private async Task<WorkerProcessExitException> CloseOnExitAsync()
    {
        var exit = await Process.WaitForExitAsync();
        Channel.Close(exit);
        return exit;
    }
}
