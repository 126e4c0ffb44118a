using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Identity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Azure.KeyVault;

/// <summary>
/// Maps exceptions of the Key Vault client to classified failures. Neither the service's message nor its exception is kept: they name the
/// app's identity, and could quote more.
/// </summary>
internal static class VaultFailures
{
    /// <summary>Whether an exception is a failure of a call rather than a bug.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        AzureFailures.IsFailure(exception, cancellationToken) || IsRefusedChallenge(exception) || exception is JsonException;

    /// <param name="exception">The exception.</param>
    /// <param name="secret">The secret that was to be read.</param>
    public static SandboxException Translate(Exception exception, SecretUri secret) => exception switch
    {
        AggregateException { InnerExceptions: [.., var last] } => Translate(last, secret),
        RequestFailedException { Status: > 0 } failed => FromAnswer(failed, secret),
        CredentialUnavailableException => new InvalidException(
            "NoCredential", $"secret {secret}: no Azure credential was found. Configure the app's managed identity"),
        AuthenticationFailedException => new TransientException("SignInFailed", $"secret {secret}: the app could not sign in to Microsoft Entra ID"),
        _ when IsRefusedChallenge(exception) => new InvalidException(
            "VaultChallengeRefused",
            $"secret {secret}: whoever answers for the vault asks for a token of another service. Check the vault's address and its DNS"),
        _ when SocketErrorOf(exception) == SocketError.HostNotFound => new NotFoundException(
            "VaultNotFound",
            $"secret {secret}: the vault has no address. It doesn't exist, is soft-deleted (recover it: az keyvault recover), "
            + "or has a private endpoint that this network's DNS doesn't know"),
        JsonException => new TransientException("VaultAnswerUnreadable", $"secret {secret}: the answer is not the expected JSON"),
        _ => new TransientException("VaultNoAnswer", $"secret {secret}: the vault did not answer ({exception.GetType().Name})"),
    };

    private static SandboxException FromAnswer(RequestFailedException failed, SecretUri secret) => (failed.Status, InnerCode(failed)) switch
    {
        (403, "SecretDisabled") => new InvalidException("SecretDisabled", $"secret {secret} is disabled. Enable it in the vault, or name another one"),
        (403, "SecretNotYetValid" or "SecretExpired") => new InvalidException(
            "SecretExpired", $"secret {secret} is outside its time of validity. Set a new version"),
        (403, "ForbiddenByFirewall" or "ForbiddenByConnection") => new InvalidException(
            "VaultFirewall", $"secret {secret}: the vault's firewall refuses the app. Let its subnet in, or give the vault a private endpoint"),
        (403, _) => new InvalidException(
            "VaultAccessDenied", $"secret {secret}: the app's identity may not read it. Give it the role Key Vault Secrets User on the vault or the secret"),
        (401, _) => new TransientException("VaultTokenRefused", $"secret {secret}: the vault refused the app's token"),
        (404, _) => new NotFoundException(
            "SecretNotFound", $"secret {secret} doesn't exist or is deleted. Set it in the vault, or recover it (az keyvault secret recover)"),
        (429, _) => new ThrottledException(
            "VaultThrottled", $"secret {secret}: the vault has too many calls", AzureFailures.RetryAfter(failed.GetRawResponse())),
        (408 or >= 500, _) => new TransientException("VaultNoAnswer", $"secret {secret}: the vault answered {failed.Status}"),
        _ => new InvalidException("VaultRefused", $"secret {secret}: the vault refused the call with {failed.Status}"),
    };

    // Key Vault says in innererror what "Forbidden" means (REST API reference, Key Vault error codes).
    private static string? InnerCode(RequestFailedException failed)
    {
        try
        {
            var error = failed.GetRawResponse()?.Content is { } content ? JsonNode.Parse(content) as JsonObject : null;
            return error?["error"]?["innererror"]?["code"]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // The client throws it when the challenge's resource is no domain of the vault's host.
    private static bool IsRefusedChallenge(Exception exception) =>
        exception is InvalidOperationException and not ObjectDisposedException && exception.Message.Contains("challenge", StringComparison.OrdinalIgnoreCase);

    private static SocketError? SocketErrorOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }
}
