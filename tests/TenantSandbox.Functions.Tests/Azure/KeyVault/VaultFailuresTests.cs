using System.Net.Sockets;
using Azure;
using Azure.Identity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Azure.KeyVault;

namespace TenantSandbox.Functions.Tests.Azure.KeyVault;

public sealed class VaultFailuresTests
{
    private static readonly SecretUri Secret = new("https://contoso.vault.azure.net", "acme--db", null);

    public static TheoryData<Exception, string, ErrorClass> Failures => new()
    {
        { NoAnswer(SocketError.HostNotFound), "VaultNotFound", ErrorClass.NotFound },
        { new AggregateException(NoAnswer(SocketError.ConnectionReset), NoAnswer(SocketError.HostNotFound)), "VaultNotFound", ErrorClass.NotFound },
        { NoAnswer(SocketError.TryAgain), "VaultNoAnswer", ErrorClass.Transient },
        { new IOException("canary"), "VaultNoAnswer", ErrorClass.Transient },
        { new CredentialUnavailableException("canary"), "NoCredential", ErrorClass.Invalid },
        { new AuthenticationFailedException("canary"), "SignInFailed", ErrorClass.Transient },
        { new InvalidOperationException("The challenge resource 'canary' does not match the requested domain."), "VaultChallengeRefused", ErrorClass.Invalid },
        { new RequestFailedException(401, "canary"), "VaultTokenRefused", ErrorClass.Transient },
        { new RequestFailedException(400, "canary"), "VaultRefused", ErrorClass.Invalid },
        { new RequestFailedException(503, "canary"), "VaultNoAnswer", ErrorClass.Transient },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Translate_Failure_HasItsClassAndNothingOfTheAnswer(Exception exception, string code, ErrorClass errorClass)
    {
        Assert.True(VaultFailures.IsFailure(exception, default));

        var failure = VaultFailures.Translate(exception, Secret);

        Assert.Equal((code, errorClass), (failure.Code, failure.ErrorClass));
        Assert.Contains("secret https://contoso.vault.azure.net/secrets/acme--db", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void IsFailure_Bug_IsNone() => Assert.False(VaultFailures.IsFailure(new InvalidOperationException("A bug."), default));

    private static RequestFailedException NoAnswer(SocketError error) => new(0, "canary", new HttpRequestException("canary", new SocketException((int)error)));
}
