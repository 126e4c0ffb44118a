namespace TenantSandbox.Core.Errors;

/// <summary>Makes the exception of a class.</summary>
public static class SandboxErrors
{
    /// <summary>Longest message kept: failures are stored in histories, where a long one costs at every replay.</summary>
    public const int MaxMessageLength = 2000;

    /// <summary>The exception type that stands for the class, its message cut to <see cref="MaxMessageLength"/>.</summary>
    public static SandboxException Create(
        ErrorClass errorClass, string code, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = message.Length <= MaxMessageLength ? message : string.Concat(message.AsSpan(0, MaxMessageLength - 1), "…");
        return errorClass switch
        {
            ErrorClass.Throttled => new ThrottledException(code, text, retryAfter, innerException),
            ErrorClass.Conflict => new ConflictException(code, text, innerException),
            ErrorClass.Transient => new TransientException(code, text, innerException),
            ErrorClass.Capacity => new CapacityException(code, text, innerException),
            ErrorClass.Quota => new QuotaException(code, text, innerException),
            ErrorClass.Invalid => new InvalidException(code, text, innerException),
            ErrorClass.NotFound => new NotFoundException(code, text, innerException),
            _ => throw new ArgumentOutOfRangeException(nameof(errorClass), errorClass, "Not an error class."),
        };
    }
}
