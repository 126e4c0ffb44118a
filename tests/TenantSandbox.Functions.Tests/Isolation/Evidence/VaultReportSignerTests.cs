using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>Signing in the twin's Key Vault, with the app's own services as its settings make them.</summary>
public sealed class VaultReportSignerTests : IAsyncLifetime
{
    private const string Vault = "evidence";
    private const string Key = "isolation-reports";

    private readonly string _caFile = Path.Combine(Path.GetTempPath(), $"vault-tests-{Guid.NewGuid():n}.pem");
    private readonly FakeTimeProvider _time = new(Reports.Start);
    private readonly MemoryReportFiles _files = new();
    private TwinHost? _twin;
    private ServiceProvider? _services;
    private IReportSigner? _signer;

    public async Task InitializeAsync()
    {
        _twin = await TwinHost.StartAsync(new TwinOptions());
        await File.WriteAllTextAsync(_caFile, _twin.CertificateAuthorityPem);
        var settings = App.Settings();
        settings["Arm__Endpoint"] = _twin.ArmEndpoint.AbsoluteUri;
        settings["Authentication__Mode"] = "Static";
        settings["Authentication__StaticToken"] = "for-the-twin";
        settings["Secrets__Endpoint"] = _twin.VaultEndpoint.AbsoluteUri;
        settings["Secrets__CaFile"] = _caFile;
        settings["Reports__Key"] = $"https://{Vault}.vault.azure.net/keys/{Key}";
        _services = App.Create(settings, time: _time);
        _signer = _services.GetRequiredService<IReportSigner>();
    }

    public async Task DisposeAsync()
    {
        await _services!.DisposeAsync();
        await _twin!.DisposeAsync();
        File.Delete(_caFile);
    }

    [Fact]
    public async Task Sign_KeyInTheVault_IsVerifiedByItsPublicKey()
    {
        _twin!.Vaults.CreateKey(Vault, Key);
        var reports = new IsolationReports(new(_files), _signer!);

        await reports.WriteAsync(Reports.Request(1), default);
        await reports.WriteAsync(Reports.Request(2), default);

        Assert.Null(await VerifyAsync());
        Assert.Equal((1, 2), (_twin.Calls.Total("vault.keys.get"), _twin.Calls.Total("vault.keys.sign")));
    }

    [Fact]
    public async Task Sign_NewVersion_IsUsedAfterMinutesAndOldReportsStayVerifiable()
    {
        var reports = new IsolationReports(new(_files), _signer!);
        var first = _twin!.Vaults.CreateKey(Vault, Key);
        var old = (await _signer!.GetKeyAsync(default)).PublicKey.Id;
        await reports.WriteAsync(Reports.Request(1), default);
        _twin.Vaults.CreateKey(Vault, Key);
        Assert.Equal(old, (await _signer.GetKeyAsync(default)).PublicKey.Id);

        _time.Advance(TimeSpan.FromMinutes(6));
        await reports.WriteAsync(Reports.Request(2), default);

        var keys = await _signer.ListKeysAsync(default);
        Assert.Equal(2, keys.Count);
        Assert.NotEqual(old, keys[0].Id);
        Assert.Equal(old, keys[1].Id);
        Assert.Null(await VerifyAsync());
        _twin.Vaults.EnableKey(Vault, Key, first, isEnabled: false);
        Assert.Single(await _signer.ListKeysAsync(default));
    }

    [Fact]
    public async Task Sign_VersionIsDisabled_FailsOnceAndThenUsesTheNewOne()
    {
        var reports = new IsolationReports(new(_files), _signer!);
        var first = _twin!.Vaults.CreateKey(Vault, Key);
        await _signer!.GetKeyAsync(default);
        _twin.Vaults.CreateKey(Vault, Key);
        _twin.Vaults.EnableKey(Vault, Key, first, isEnabled: false);

        Assert.Equal("KeyDisabled", (await Assert.ThrowsAsync<InvalidException>(() => reports.WriteAsync(Reports.Request(1), default))).Code);
        await reports.WriteAsync(Reports.Request(1), default);

        Assert.Null(await VerifyAsync());
    }

    [Fact]
    public async Task Sign_VaultRefuses_IsClassifiedAndNamesTheKey()
    {
        _twin!.Vaults.CreateKey(Vault, "another");
        var missing = await Assert.ThrowsAsync<NotFoundException>(() => _signer!.GetKeyAsync(default));
        _twin.Vaults.CreateKey(Vault, Key);
        (int Status, string Code, ErrorClass Class, string Expected)[] cases =
        [
            (403, "ForbiddenByRbac", ErrorClass.Invalid, "VaultAccessDenied"),
            (403, "ForbiddenByFirewall", ErrorClass.Invalid, "VaultFirewall"),
            (403, "KeyExpired", ErrorClass.Invalid, "KeyExpired"),
            (429, "Throttled", ErrorClass.Throttled, "VaultThrottled"),
            (401, "Unauthorized", ErrorClass.Transient, "VaultTokenRefused"),
            (400, "BadParameter", ErrorClass.Invalid, "VaultRefused"),
        ];
        foreach (var (status, code, expected, name) in cases)
        {
            _twin.InjectedFaults.Add(new InjectedFault { Call = "vault.keys.get", Status = status, Code = code, RetryAfter = status == 429 ? 7 : null });
            var failure = await Assert.ThrowsAnyAsync<SandboxException>(() => _signer!.GetKeyAsync(default));

            Assert.Equal((expected, name), (failure.ErrorClass, failure.Code));
            Assert.Contains($"keys/{Key}", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal("KeyNotFound", missing.Code);
        Assert.NotNull(await _signer!.GetKeyAsync(default));
    }

    private async Task<string?> VerifyAsync() =>
        ReportChain.Verify(Reports.Files(_files), new ReportKeySet(await _signer!.ListKeysAsync(default)), new(IsFromFirst: true)).Fault?.Message;
}
