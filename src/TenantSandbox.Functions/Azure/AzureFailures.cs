using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Identity;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure;

/// <summary>Turns what Azure's clients throw into classified exceptions.</summary>
internal static class AzureFailures
{
    /// <summary>Whether an exception is a failure of a call, and not a fault of this program.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        RequestFailedException or AuthenticationFailedException or HttpRequestException or IOException => true,
        AggregateException retried => retried.InnerExceptions.All(e => IsFailure(e, cancellationToken)),
        _ => false,
    };

    /// <param name="exception">What was thrown.</param>
    /// <param name="what">The call, as a person would name it.</param>
    public static SandboxException Translate(Exception exception, string what) => exception switch
    {
        RequestFailedException failed => SandboxException.Create(
            ArmErrors.Classify(failed.Status, failed.ErrorCode, failed.Message),
            failed.ErrorCode is { Length: > 0 } code ? code : $"Http{failed.Status}",
            $"{what}: {FirstLine(failed.Message)}",
            RetryAfter(failed.GetRawResponse()),
            failed),
        CredentialUnavailableException => new InvalidException(
            "NoCredential", $"{what}: no way to sign in to Azure was found. Set a managed identity, or sign in: {FirstLine(exception.Message)}", exception),
        AuthenticationFailedException => new TransientException("SignInFailed", $"{what}: {FirstLine(exception.Message)}", exception),
        _ => new TransientException("NoAnswer", $"{what}: {FirstLine(exception.Message)}", exception),
    };

    /// <summary>The Retry-After of an answer, given in seconds.</summary>
    public static TimeSpan? RetryAfter(Response? response) =>
        response is not null && response.Headers.TryGetValue("Retry-After", out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    // Azure's exceptions append the whole answer, headers included, below the first line.
    private static string FirstLine(string message) => message.AsSpan().Trim() is var text && text.IndexOfAny('\r', '\n') is >= 0 and var end
        ? text[..end].ToString()
        : message.Trim();
}
