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
        _ => WithoutAnswer(exception, $"secret {secret}"),
    };

    /// <param name="exception">The exception.</param>
    /// <param name="key">The address of the key that was to be used.</param>
    public static SandboxException Translate(Exception exception, Uri key) => exception switch
    {
        AggregateException { InnerExceptions: [.., var last] } => Translate(last, key),
        RequestFailedException { Status: > 0 } failed => FromAnswer(failed, key),
        _ => WithoutAnswer(exception, $"key {key}"),
    };

    private static SandboxException WithoutAnswer(Exception exception, string what) => exception switch
    {
        CredentialUnavailableException => new InvalidException("NoCredential", $"{what}: no Azure credential was found. Configure the app's managed identity"),
        AuthenticationFailedException => new TransientException("SignInFailed", $"{what}: the app could not sign in to Microsoft Entra ID"),
        _ when IsRefusedChallenge(exception) => new InvalidException(
            "VaultChallengeRefused",
            $"{what}: whoever answers for the vault asks for a token of another service. Check the vault's address and its DNS"),
        _ when SocketErrorOf(exception) == SocketError.HostNotFound => new NotFoundException(
            "VaultNotFound",
            $"{what}: the vault has no address. It doesn't exist, is soft-deleted (recover it: az keyvault recover), "
            + "or has a private endpoint that this network's DNS doesn't know"),
        JsonException => new TransientException("VaultAnswerUnreadable", $"{what}: the answer is not the expected JSON"),
        _ => new TransientException("VaultNoAnswer", $"{what}: the vault did not answer ({exception.GetType().Name})"),
    };

    private static SandboxException FromAnswer(RequestFailedException failed, Uri key) => (failed.Status, InnerCode(failed)) switch
    {
        (403, "KeyDisabled") => new InvalidException("KeyDisabled", $"key {key} is disabled. Enable it in the vault, or make a new version"),
        (403, "KeyNotYetValid" or "KeyExpired") => new InvalidException("KeyExpired", $"key {key} is outside its time of validity. Make a new version"),
        (403, not ("ForbiddenByFirewall" or "ForbiddenByConnection")) => new InvalidException(
            "VaultAccessDenied", $"key {key}: the app's identity may not use it. Give it the role Key Vault Crypto User on the key"),
        (404, _) => new NotFoundException(
            "KeyNotFound", $"key {key} doesn't exist or is deleted. Create it in the vault (EC, P-256), or recover it (az keyvault key recover)"),
        _ => OfTheVault(failed, $"key {key}"),
    };

    private static SandboxException FromAnswer(RequestFailedException failed, SecretUri secret) => (failed.Status, InnerCode(failed)) switch
    {
        (403, "SecretDisabled") => new InvalidException("SecretDisabled", $"secret {secret} is disabled. Enable it in the vault, or name another one"),
        (403, "SecretNotYetValid" or "SecretExpired") => new InvalidException(
            "SecretExpired", $"secret {secret} is outside its time of validity. Set a new version"),
        (403, not ("ForbiddenByFirewall" or "ForbiddenByConnection")) => new InvalidException(
            "VaultAccessDenied", $"secret {secret}: the app's identity may not read it. Give it the role Key Vault Secrets User on the vault or the secret"),
        (404, _) => new NotFoundException(
            "SecretNotFound", $"secret {secret} doesn't exist or is deleted. Set it in the vault, or recover it (az keyvault secret recover)"),
        _ => OfTheVault(failed, $"secret {secret}"),
    };

    private static SandboxException OfTheVault(RequestFailedException failed, string what) => failed.Status switch
    {
        403 => new InvalidException(
            "VaultFirewall", $"{what}: the vault's firewall refuses the app. Let its subnet in, or give the vault a private endpoint"),
        401 => new TransientException("VaultTokenRefused", $"{what}: the vault refused the app's token"),
        429 => new ThrottledException("VaultThrottled", $"{what}: the vault has too many calls", AzureFailures.RetryAfter(failed.GetRawResponse())),
        408 or >= 500 => new TransientException("VaultNoAnswer", $"{what}: the vault answered {failed.Status}"),
        _ => new InvalidException("VaultRefused", $"{what}: the vault refused the call with {failed.Status}"),
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
