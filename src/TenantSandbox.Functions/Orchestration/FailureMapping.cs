using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// Maps failures to the error taxonomy. Only type names and messages of exceptions reach an orchestration, and hosts wrap them:
/// async activities fail with an AggregateException, and a worker that dies with exceptions of the host.
/// </summary>
internal static class FailureMapping
{
    /// <summary>
    /// Failures of the host instead of the function: its worker process died, hung or was recycled. They are transient.
    /// </summary>
    private static readonly HashSet<string> HostFailures = new(StringComparer.Ordinal)
    {
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
        "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException",
        "Microsoft.Azure.WebJobs.Host.FunctionTimeoutAbortException",
        "Microsoft.Azure.WebJobs.Script.Description.FunctionInvocationCanceledException",
        "Microsoft.Azure.WebJobs.Script.HostDisposedException",
        "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException",
        // What the Durable extension reports when the function of an entity failed outside the entity's code.
        "FunctionInvocationFailed",
    };

    private static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "System.AggregateException",
        "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException",
        "(unknown)",
    };

    /// <summary>The class of a failure, also if other exceptions wrap it; null when it isn't of the taxonomy.</summary>
    public static ErrorClass? ClassOf(TaskFailureDetails failure) => Classify(failure)?.Class;

    /// <summary>The error to store and show for a failure.</summary>
    public static TenantError ToError(TaskFailureDetails failure)
    {
        if (Classify(failure) is not { } classified)
        {
            var cause = Unwrap(failure);
            return TenantError.Create(null, ShortName(cause.ErrorType), cause.ErrorMessage);
        }

        var (errorClass, found) = classified;
        if (HostFailures.Contains(found.ErrorType))
        {
            // The exception's own message says which function, the one below it what happened to the worker.
            var messages = Causes(found).Select(c => c.ErrorMessage).Where(m => m.Length > 0).Distinct(StringComparer.Ordinal).Take(2);
            return TenantError.Create(errorClass, ShortName(found.ErrorType), string.Join(" ", messages));
        }

        // A SandboxException's message is "{code}: {text}".
        var message = found.ErrorMessage;
        var end = message.IndexOf(": ", StringComparison.Ordinal);
        return end > 0
            ? TenantError.Create(errorClass, message[..end], message[(end + 2)..])
            : TenantError.Create(errorClass, errorClass.ToString(), message);
    }

    // The taxonomy first: the host's exceptions also wrap what a function threw.
    private static (ErrorClass Class, TaskFailureDetails Failure)? Classify(TaskFailureDetails failure)
    {
        foreach (var cause in Causes(failure))
        {
            if (SandboxClassOf(cause) is { } errorClass)
            {
                return (errorClass, cause);
            }
        }

        foreach (var cause in Causes(failure))
        {
            if (HostFailures.Contains(cause.ErrorType))
            {
                return (ErrorClass.Transient, cause);
            }
        }

        return null;
    }

    private static IEnumerable<TaskFailureDetails> Causes(TaskFailureDetails failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerFailure)
        {
            yield return cause;
        }
    }

    private static TaskFailureDetails Unwrap(TaskFailureDetails failure) =>
        Causes(failure).First(c => c.InnerFailure is null || !Wrappers.Contains(c.ErrorType));

    private static ErrorClass? SandboxClassOf(TaskFailureDetails failure) => failure switch
    {
        _ when failure.IsCausedBy<ThrottledException>() => ErrorClass.Throttled,
        _ when failure.IsCausedBy<ConflictException>() => ErrorClass.Conflict,
        _ when failure.IsCausedBy<TransientException>() => ErrorClass.Transient,
        _ when failure.IsCausedBy<CapacityException>() => ErrorClass.Capacity,
        _ when failure.IsCausedBy<QuotaException>() => ErrorClass.Quota,
        _ when failure.IsCausedBy<InvalidException>() => ErrorClass.Invalid,
        _ when failure.IsCausedBy<NotFoundException>() => ErrorClass.NotFound,
        _ => null,
    };

    private static string ShortName(string typeName) => typeName[(typeName.LastIndexOf('.') + 1)..];
}
