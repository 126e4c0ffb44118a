using DurableTask.Core;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Testing;

/// <summary>
/// Calls of activities and entities that fail as if the worker process had ended during them. Orchestrations get the failures of the
/// Functions host, by the same type names.
/// </summary>
public sealed class WorkerExits
{
    private readonly Lock _lock = new();
    private readonly List<WorkerExit> _exits = [];
    private readonly Dictionary<string, int> _calls = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds exits. Calls are counted per function, batches of entity operations as one call.</summary>
    public void Add(WorkerExit exit)
    {
        lock (_lock)
        {
            _exits.Add(exit);
        }
    }

    /// <summary>Removes all exits. Counting continues.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _exits.Clear();
        }
    }

    /// <summary>Number of calls of a function so far.</summary>
    public int CallsOf(string function)
    {
        lock (_lock)
        {
            return _calls.GetValueOrDefault(function);
        }
    }

    internal WorkerExit? Next(string function)
    {
        lock (_lock)
        {
            var call = _calls[function] = _calls.GetValueOrDefault(function) + 1;
            return _exits.Find(exit =>
                string.Equals(exit.Function, function, StringComparison.OrdinalIgnoreCase) && call >= exit.FirstCall && call - exit.FirstCall < exit.Calls);
        }
    }

    /// <summary>The failure of an activity whose worker process ended.</summary>
    internal static FailureDetails ActivityFailureOf(string function) => ActivityFailure.OfHost(Failure(function));

    /// <summary>The failure of a batch of entity operations whose worker process ended: no operation took effect.</summary>
    internal static FailureDetails EntityFailureOf(string function) => new(
        "FunctionInvocationFailed",
        $"Invocation of function '{function}' failed with an exception.",
        stackTrace: null,
        ActivityFailureOf(function),
        isNonRetriable: true);

    private static FunctionInvocationException Failure(string function) =>
        new($"Exception while executing function: Functions.{function}", new WorkerProcessExitException("dotnet exited with code 137 (0x89)"));
}

/// <summary>The worker process ends during calls of one function.</summary>
/// <param name="Function">The activity or entity.</param>
/// <param name="FirstCall">The first call that fails, from 1.</param>
/// <param name="Calls">Number of consecutive calls that fail.</param>
/// <param name="IsAfterCall">True if an activity does its work before the process ends. Entity operations never take effect.</param>
public sealed record WorkerExit(string Function, int FirstCall = 1, int Calls = 1, bool IsAfterCall = false);
