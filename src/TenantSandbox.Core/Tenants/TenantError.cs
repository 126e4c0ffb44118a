using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Core.Tenants;

/// <summary>Why something failed. Contains no secrets.</summary>
/// <param name="ErrorClass">How to handle it; null when it could not be classified.</param>
/// <param name="Code">The service's error code, or one of this system's.</param>
/// <param name="Message">What is wrong, where, and what to do; at most 1,000 characters.</param>
public sealed record TenantError(
    [property: JsonPropertyName("class")] ErrorClass? ErrorClass,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message)
{
    /// <summary>Longest message stored. Errors are written to history and state repeatedly.</summary>
    public const int MaxMessageLength = 1_000;

    /// <summary>Creates an error with the message truncated to <see cref="MaxMessageLength"/>.</summary>
    public static TenantError Create(ErrorClass? errorClass, string code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(errorClass, code, message.Length <= MaxMessageLength ? message : $"{message[..(MaxMessageLength - 1)]}…");
    }
}
