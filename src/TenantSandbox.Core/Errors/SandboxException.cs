namespace TenantSandbox.Core.Errors;

/// <summary>
/// A classified failure. Each class is an exception type of its own, because only the type's name and the message
/// survive the boundary between an activity and its orchestrator.
/// </summary>
/// <param name="errorClass">What to do about it.</param>
/// <param name="code">The service's own error code, for people and for metrics.</param>
/// <param name="message">What is wrong, where, and what to do. No secret.</param>
/// <param name="innerException">The service client's exception, if there was one.</param>
public abstract class SandboxException(ErrorClass errorClass, string code, string message, Exception? innerException = null)
    : Exception($"{code}: {message}", innerException)
{
    /// <summary>What to do about it.</summary>
    public ErrorClass ErrorClass { get; } = errorClass;

    /// <summary>The service's own error code.</summary>
    public string Code { get; } = code;
}

/// <inheritdoc cref="ErrorClass.Throttled"/>
public sealed class ThrottledException(string code, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    : SandboxException(ErrorClass.Throttled, code, message, innerException)
{
    /// <summary>How long the service asked to wait; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <inheritdoc cref="ErrorClass.Conflict"/>
public sealed class ConflictException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.Conflict, code, message, innerException);

/// <inheritdoc cref="ErrorClass.Transient"/>
public sealed class TransientException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.Transient, code, message, innerException);

/// <inheritdoc cref="ErrorClass.Capacity"/>
public sealed class CapacityException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.Capacity, code, message, innerException);

/// <inheritdoc cref="ErrorClass.Quota"/>
public sealed class QuotaException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.Quota, code, message, innerException);

/// <inheritdoc cref="ErrorClass.Invalid"/>
public sealed class InvalidException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.Invalid, code, message, innerException);

/// <inheritdoc cref="ErrorClass.NotFound"/>
public sealed class NotFoundException(string code, string message, Exception? innerException = null)
    : SandboxException(ErrorClass.NotFound, code, message, innerException);
