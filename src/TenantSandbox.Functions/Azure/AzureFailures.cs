using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Identity;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure;

/// <summary>Maps exceptions of the Azure clients to classified failures.</summary>
internal static class AzureFailures
{
    /// <summary>Whether an exception is a failure of a call rather than a bug.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        RequestFailedException or AuthenticationFailedException or HttpRequestException or IOException => true,
        AggregateException retried => retried.InnerExceptions.All(e => IsFailure(e, cancellationToken)),
        _ => false,
    };

    /// <param name="exception">The exception.</param>
    /// <param name="what">The call, for messages: "read agent pool p".</param>
    public static SandboxException Translate(Exception exception, string what) => exception switch
    {
        RequestFailedException failed => SandboxException.Create(
            ArmErrors.Classify(failed.Status, failed.ErrorCode, failed.Message),
            failed.ErrorCode is { Length: > 0 } code ? code : $"Http{failed.Status}",
            $"{what}: {FirstLine(failed.Message)}",
            RetryAfter(failed.GetRawResponse()),
            failed),
        CredentialUnavailableException => new InvalidException(
            "NoCredential", $"{what}: no Azure credential was found. Configure a managed identity, or sign in: {FirstLine(exception.Message)}", exception),
        AuthenticationFailedException => new TransientException("SignInFailed", $"{what}: {FirstLine(exception.Message)}", exception),
        _ => new TransientException("NoAnswer", $"{what}: {FirstLine(exception.Message)}", exception),
    };

    /// <summary>The response's Retry-After, if it is given in seconds.</summary>
    public static TimeSpan? RetryAfter(Response? response) =>
        response is not null && response.Headers.TryGetValue("Retry-After", out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    // The messages of Azure exceptions have the whole response, including headers, below the first line.
    private static string FirstLine(string message) => message.AsSpan().Trim() is var text && text.IndexOfAny('\r', '\n') is >= 0 and var end
        ? text[..end].ToString()
        : message.Trim();
}
