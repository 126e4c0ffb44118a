using System.Net.Http.Headers;
using Azure.Core;
using k8s.Authentication;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Bearer tokens for AKS clusters with Microsoft Entra ID, renewed before they expire.</summary>
internal sealed class EntraTokenProvider(TokenCredential credential, TimeProvider time) : ITokenProvider
{
    /// <summary>AKS's server application, the same in every cloud (kubelogin's documentation).</summary>
    public const string Scope = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TokenRequestContext Request = new([Scope]);

    // Read and replaced as a whole; concurrent renewals are harmless.
    private AuthenticationHeader? _current;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (_current is { } current && time.GetUtcNow() < current.RenewAt)
        {
            return current.Value;
        }

        var token = await credential.GetTokenAsync(Request, cancellationToken);
        var renewAt = token.RefreshOn ?? (token.ExpiresOn == DateTimeOffset.MaxValue ? token.ExpiresOn : token.ExpiresOn - Margin);
        var fresh = new AuthenticationHeader(new AuthenticationHeaderValue("Bearer", token.Token), renewAt);
        _current = fresh;
        return fresh.Value;
    }

    private sealed record AuthenticationHeader(AuthenticationHeaderValue Value, DateTimeOffset RenewAt);
}
