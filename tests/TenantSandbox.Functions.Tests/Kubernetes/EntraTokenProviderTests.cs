using Azure.Core;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class EntraTokenProviderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _scopes = [];

    [Fact]
    public async Task GetAuthenticationHeader_WhileValid_AsksOnceForAksScope()
    {
        var provider = Provider();

        var first = await provider.GetAuthenticationHeaderAsync(default);
        _time.Advance(TimeSpan.FromMinutes(54));
        var second = await provider.GetAuthenticationHeaderAsync(default);

        Assert.Equal("Bearer token-1", first.ToString());
        Assert.Equal(first, second);
        Assert.Equal(["6dae42f8-4368-4678-94ff-3960e28e3630/.default"], _scopes);
    }

    [Fact]
    public async Task GetAuthenticationHeader_SoonToEnd_AsksAgain()
    {
        var provider = Provider();
        await provider.GetAuthenticationHeaderAsync(default);

        _time.Advance(TimeSpan.FromMinutes(56));

        Assert.Equal("token-2", (await provider.GetAuthenticationHeaderAsync(default)).Parameter);
    }

    private EntraTokenProvider Provider() => new(
        DelegatedTokenCredential.Create((context, _) =>
        {
            _scopes.AddRange(context.Scopes);
            return new AccessToken($"token-{_scopes.Count}", _time.GetUtcNow().AddHours(1));
        }),
        _time);
}
