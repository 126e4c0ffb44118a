using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Reads the error taxonomy out of what is left of an exception when it has crossed into an orchestration: type name and message.</summary>
internal static class Failures
{
    /// <summary>The class of a failure, looking through what wraps it; null for one that isn't of the taxonomy.</summary>
    public static ErrorClass? ClassOf(TaskFailureDetails failure) => Classified(failure)?.Class;

    /// <summary>A failure as it is kept and told.</summary>
    public static TenantError Of(TaskFailureDetails failure)
    {
        if (Classified(failure) is not { } known)
        {
            return TenantError.Create(null, ShortName(failure.ErrorType), failure.ErrorMessage);
        }

        // A SandboxException's message is "{code}: {text}".
        var message = known.Failure.ErrorMessage;
        var end = message.IndexOf(": ", StringComparison.Ordinal);
        return end > 0
            ? TenantError.Create(known.Class, message[..end], message[(end + 2)..])
            : TenantError.Create(known.Class, known.Class.ToString(), message);
    }

    private static (ErrorClass Class, TaskFailureDetails Failure)? Classified(TaskFailureDetails failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerFailure)
        {
            if (Classify(inner) is { } known)
            {
                return (known, inner);
            }
        }

        return null;
    }

    private static ErrorClass? Classify(TaskFailureDetails failure) => failure switch
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
