using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Errors;

/// <summary>How to handle a failed call to ARM or Kubernetes. Only the first three are retried unchanged.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>Too many calls: retry later.</summary>
    [JsonStringEnumMemberName("throttled")] Throttled,

    /// <summary>Another operation is running on the resource, or something holds it: retry when it has ended.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>A transient failure of the network or the service.</summary>
    [JsonStringEnumMemberName("transient")] Transient,

    /// <summary>The VM size, zone or subnet has no capacity: another size, zone or cluster may have.</summary>
    [JsonStringEnumMemberName("capacity")] Capacity,

    /// <summary>A quota is exhausted: another size, zone or cluster may have some left, else a person must raise it.</summary>
    [JsonStringEnumMemberName("quota")] Quota,

    /// <summary>The request is wrong or not allowed.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>The resource does not exist.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}

/// <summary>What error classes have in common.</summary>
public static class ErrorClasses
{
    /// <summary>Whether failures of the class pass without a person or another placement, so that the same call can be made again.</summary>
    public static bool PassesByItself(this ErrorClass errorClass) => errorClass is ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient;
}

/// <summary>
/// A classified failure of a call to ARM or Kubernetes. Each class has its own exception type, because only the type's name and
/// the message cross the boundary between an activity and its orchestrator.
/// </summary>
/// <param name="errorClass">How to handle it.</param>
/// <param name="code">The service's error code, for people and for metrics.</param>
/// <param name="message">What is wrong, where, and what to do. Contains no secrets.</param>
/// <param name="innerException">The service client's exception, if there was one.</param>
public abstract class SandboxException(ErrorClass errorClass, string code, string message, Exception? innerException = null)
    : Exception($"{code}: {message}", innerException)
{
    /// <summary>How to handle it.</summary>
    public ErrorClass ErrorClass { get; } = errorClass;

    /// <summary>The service's error code.</summary>
    public string Code { get; } = code;

    /// <summary>Longest message. Failures are stored in histories, which are read at every replay.</summary>
    public const int MaxMessageLength = 2000;

    /// <summary>Creates the exception type of a class, with the message truncated to <see cref="MaxMessageLength"/>.</summary>
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
            _ => throw new ArgumentOutOfRangeException(nameof(errorClass), errorClass, "Unknown error class."),
        };
    }
}

/// <inheritdoc cref="ErrorClass.Throttled"/>
public sealed class ThrottledException(string code, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    : SandboxException(ErrorClass.Throttled, code, message, innerException)
{
    /// <summary>The delay that the service asked for; null when it gave none.</summary>
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
