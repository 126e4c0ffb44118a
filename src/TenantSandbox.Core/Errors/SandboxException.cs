using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Errors;

/// <summary>What to do about a failure of ARM or Kubernetes. Only the first three are worth trying again as they are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>Too many calls: the same call works later.</summary>
    [JsonStringEnumMemberName("throttled")] Throttled,

    /// <summary>Another operation is running on the resource: the same call works once that has ended.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>A passing fault of network or service.</summary>
    [JsonStringEnumMemberName("transient")] Transient,

    /// <summary>The VM size or zone has no room: the next size or zone may have.</summary>
    [JsonStringEnumMemberName("capacity")] Capacity,

    /// <summary>A quota is used up: a person must act.</summary>
    [JsonStringEnumMemberName("quota")] Quota,

    /// <summary>The request itself is wrong, or not allowed.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>What the call is about does not exist.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}

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
