using System.Security.Cryptography;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

public sealed class FileReportSignerTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():n}");

    private string KeyPath => Path.Combine(_folder, FileReportSigner.KeyFile);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Key_FirstUse_IsCreatedForTheOwnerOnlyAndStays()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new FileReportSigner(_folder).GetKeyAsync(default))));

        Assert.Single(keys.Select(k => k.PublicKey.Id).Distinct());
        Assert.Equal(keys[0].PublicKey.Id, (await new FileReportSigner(_folder).GetKeyAsync(default)).PublicKey.Id);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        }

        var signed = await keys[0].SignAsync(Sample(keys[0]), default);
        Assert.Null(ReportChain.FaultOf(signed, new ReportKeySet(await new FileReportSigner(_folder).ListKeysAsync(default))));
    }

    [Fact]
    public async Task Key_Rotated_OldReportsStayVerifiable()
    {
        var signer = new FileReportSigner(_folder);
        var old = await (await signer.GetKeyAsync(default)).SignAsync(Sample(await signer.GetKeyAsync(default)), default);
        File.Delete(KeyPath);

        var next = await signer.GetKeyAsync(default);
        var keys = await signer.ListKeysAsync(default);

        Assert.NotEqual(old.Report.KeyId, next.PublicKey.Id);
        Assert.Equal([next.PublicKey.Id, old.Report.KeyId], keys.Select(k => k.Id));
        Assert.Null(ReportChain.FaultOf(old, new ReportKeySet(keys)));
    }

    [Fact]
    public async Task Key_OthersCanReadIt_IsRefused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var signer = new FileReportSigner(_folder);
        await signer.GetKeyAsync(default);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Equal("ReportKeyExposed", (await Assert.ThrowsAsync<InvalidException>(() => signer.GetKeyAsync(default))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("p384")]
    public async Task Key_NoKeyOnP256InTheFile_IsRefusedAndStays(string content)
    {
        var signer = new FileReportSigner(_folder);
        await signer.GetKeyAsync(default);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var text = content == "p384" ? p384.ExportPkcs8PrivateKeyPem() : content;
        await File.WriteAllTextAsync(KeyPath, text);

        var refused = await Assert.ThrowsAsync<InvalidException>(() => signer.GetKeyAsync(default));

        Assert.Equal("ReportKeyDamaged", refused.Code);
        Assert.Contains(KeyPath, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(KeyPath));
    }

    [Fact]
    public async Task Keys_PublicKeyWasReplaced_IsRefused()
    {
        var signer = new FileReportSigner(_folder);
        var id = (await signer.GetKeyAsync(default)).PublicKey.Id;
        File.Delete(KeyPath);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(_folder, "public", $"{id}.pem"), other.ExportSubjectPublicKeyInfoPem());

        Assert.Equal("ReportKeyDamaged", (await Assert.ThrowsAsync<InvalidException>(() => signer.ListKeysAsync(default))).Code);
    }

    private static IsolationReport Sample(ReportSigningKey key) => new(
        1, "acme", 1, 1, "west-1", "acme.1.1.onboard", ReportCause.Onboarding, Reports.Start, Reports.Start, null, "1",
        ReportVerdict.Passed, [Reports.Check(Reports.Start)], null, key.PublicKey.Id);
}
