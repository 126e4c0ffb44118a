using System.ComponentModel;
using System.Diagnostics;

namespace TenantSandbox.Hosting.Worker;

/// <summary>One run of the worker process. Its output is logged; it outlives neither its disposal nor this process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int KeptErrorLines = 20;

    private readonly Process _process;
    private readonly Queue<string> _errorLines = [];
    private WorkerGuard? _guard;

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts the process; it connects to <paramref name="rpcAddress"/> and names itself with <paramref name="workerId"/>.</summary>
    /// <exception cref="InvalidOperationException">The program can't be started.</exception>
    public static WorkerProcess Start(
        WorkerConfig config, IReadOnlyDictionary<string, string?> environment, Uri rpcAddress, string workerId, ILogger console)
    {
        var start = new ProcessStartInfo(config.Executable)
        {
            WorkingDirectory = config.AppDirectory,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        if (config.WorkerPath is { } assembly)
        {
            start.ArgumentList.Add(assembly);
        }

        foreach (var argument in (string[])[
            "--functions-uri", rpcAddress.ToString(),
            "--functions-worker-id", workerId,
            "--functions-request-id", Guid.NewGuid().ToString(),
            "--functions-grpc-max-message-length", $"{int.MaxValue}"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = config.AppDirectory;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = config.AppDirectory;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = config.Language;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new WorkerProcess(new Process { StartInfo = start });
        process._process.OutputDataReceived += (_, line) => Log(line.Data, LogLevel.Information);
        process._process.ErrorDataReceived += (_, line) =>
        {
            process.Keep(line.Data);
            Log(line.Data, LogLevel.Error);
        };
        try
        {
            process._process.Start();
            process._guard = WorkerGuard.Start(process.Id);
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"'{config.Executable}' can't be started: {exception.Message}", exception);
        }

        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;

        void Log(string? line, LogLevel level)
        {
            if (!string.IsNullOrEmpty(line))
            {
                console.WorkerOutput(level, line);
            }
        }
    }

    /// <summary>Waits until the process has ended and its output is read.</summary>
    /// <returns>How it ended, with the last lines that it wrote to standard error.</returns>
    public async Task<WorkerProcessExitException> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        _guard?.Dispose();
        lock (_errorLines)
        {
            var text = $"The worker process {_process.Id} exited with code {_process.ExitCode} (0x{_process.ExitCode:x}).";
            return new WorkerProcessExitException(_errorLines.Count == 0 ? text : $"{text} {string.Join('\n', _errorLines)}");
        }
    }

    /// <summary>Ends the process at once; does nothing if it has ended.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _guard?.Dispose();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_errorLines)
        {
            if (string.IsNullOrEmpty(line))
            {
                return;
            }

            if (_errorLines.Count == KeptErrorLines)
            {
                _errorLines.Dequeue();
            }

            _errorLines.Enqueue(line);
        }
    }
}
