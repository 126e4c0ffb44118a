using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using TenantSandbox.Cli.Commands;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Cli.Tests.Evidence;

/// <summary>What an auditor sees who has reports and a public key, and nothing else.</summary>
public sealed class VerifyReportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify-report-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<SignedReport> _reports = [];

    public VerifyReportCommandTests()
    {
        File.WriteAllText(PathOf("key.pem"), ReportKey.Of(_key).Pem);
        File.WriteAllText(PathOf("keys.json"), JsonSerializer.Serialize(new ReportJwkSet([ReportKey.Of(_key).Jwk])));
        for (var number = 1; number <= 3; number++)
        {
            _reports.Add(Add("acme", number, _reports.LastOrDefault()?.Link, number == 2 ? CheckVerdict.Failed : CheckVerdict.Passed));
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("key.pem")]
    [InlineData("keys.json")]
    public async Task Verify_GenuineChain_IsZeroAndSaysWhatItHas(string key)
    {
        var (code, output, errors) = await RunAsync("--key", PathOf(key), PathOf("reports"), "--from-first", "--latest", _reports[^1].Hash.ToUpperInvariant());

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("acme: 3 genuine, acme/1/1 to acme/1/3.", output, StringComparison.Ordinal);
        Assert.Contains("acme: isolation passed in 2 of them, failed in acme/1/2.", output, StringComparison.Ordinal);
        Assert.Contains(_reports[^1].Hash, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_FilesInAnyOrderOfSeveralTenants_AreOneChainEach()
    {
        Add("other", 1, null);

        var (code, output, _) = await RunAsync("--key", PathOf("key.pem"), FileOf("other", 1), FileOf("acme", 3), FileOf("acme", 1), FileOf("acme", 2));

        Assert.Equal(0, code);
        Assert.Contains("acme: 3 genuine", output, StringComparison.Ordinal);
        Assert.Contains("other: 1 genuine, other/1/1.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_PartOfAChain_IsZeroWithANote()
    {
        var (code, output, _) = await RunAsync("--key", PathOf("key.pem"), FileOf("acme", 3));

        Assert.Equal(0, code);
        Assert.Contains("report acme/1/2 and those before it are not here", output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("--key", PathOf("key.pem"), FileOf("acme", 3), "--from-first")).Code);
    }

    [Fact]
    public async Task Verify_ChangedReport_IsOneAndNamesTheFileAndWhatIsWrong()
    {
        var bytes = await File.ReadAllBytesAsync(FileOf("acme", 2));
        bytes[200] ^= 1;
        await File.WriteAllBytesAsync(FileOf("acme", 2), bytes);

        var (code, output, errors) = await RunAsync("--key", PathOf("key.pem"), PathOf("reports"));

        Assert.Equal(1, code);
        Assert.Contains($"{FileOf("acme", 2)}: ", errors, StringComparison.Ordinal);
        Assert.Contains("was changed", errors, StringComparison.Ordinal);
        Assert.Contains($"{FileOf("acme", 3)}: Report acme/1/3 follows acme/1/2, not acme/1/1", errors, StringComparison.Ordinal);
        Assert.Contains("acme: 1 genuine, acme/1/1, then one that is not.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_MissingReportOrStrangeKey_IsOne()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(PathOf("stranger.pem"), stranger.ExportSubjectPublicKeyInfoPem());

        var gap = await RunAsync("--key", PathOf("key.pem"), FileOf("acme", 1), FileOf("acme", 3));
        var end = await RunAsync("--key", PathOf("key.pem"), FileOf("acme", 1), "--latest", _reports[^1].Hash);
        var strange = await RunAsync("--key", PathOf("stranger.pem"), PathOf("reports"));

        Assert.Equal((1, 1, 1), (gap.Code, end.Code, strange.Code));
        Assert.Contains("the reports between them are missing", gap.Errors, StringComparison.Ordinal);
        Assert.Contains("reports at the end are missing", end.Errors, StringComparison.Ordinal);
        Assert.Contains("not among the given ones", strange.Errors, StringComparison.Ordinal);
        Assert.Contains("acme: no report is genuine.", strange.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("--key", PathOf("stranger.pem"), "--key", PathOf("key.pem"), PathOf("reports"))).Code);
    }

    [Fact]
    public async Task Verify_FilesThatCannotBeRead_IsTwo()
    {
        await File.WriteAllTextAsync(PathOf("no.pem"), "no key");
        await File.WriteAllTextAsync(PathOf("private.pem"), _key.ExportPkcs8PrivateKeyPem());
        Directory.CreateDirectory(PathOf("empty"));
        Add("other", 1, null);

        var noKey = await RunAsync("--key", PathOf("no.pem"), PathOf("reports"));
        var privateKey = await RunAsync("--key", PathOf("private.pem"), PathOf("reports"));

        Assert.Equal((2, $"{PathOf("no.pem")}: It is neither PEM nor a JWK set."), (noKey.Code, noKey.Errors.Trim()));
        Assert.Equal(2, privateKey.Code);
        Assert.Contains("PRIVATE KEY", privateKey.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("--key", PathOf("missing.pem"), PathOf("reports"))).Code);
        Assert.Equal(2, (await RunAsync("--key", PathOf("key.pem"), PathOf("missing.json"))).Code);
        Assert.Equal(2, (await RunAsync("--key", PathOf("key.pem"), PathOf("empty"))).Code);
        Assert.Equal(2, (await RunAsync("--key", PathOf("key.pem"), PathOf("reports"), "--latest", _reports[0].Hash)).Code);
    }

    [Fact]
    public async Task Verify_NoReportAtAll_IsOne()
    {
        await File.WriteAllTextAsync(PathOf("x.json"), "{}");

        var (code, _, errors) = await RunAsync("--key", PathOf("key.pem"), PathOf("x.json"));

        Assert.Equal(1, code);
        Assert.StartsWith($"{PathOf("x.json")}: It is not a report", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_WithoutKeyOrReport_IsRefused()
    {
        Assert.NotEmpty(VerifyReportCommand.Create().Parse(["r1"]).Errors);
        Assert.NotEmpty(VerifyReportCommand.Create().Parse(["--key", "a"]).Errors);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string FileOf(string tenant, int number) => Path.Combine(_folder, "reports", $"{new ReportName(tenant, 1, number).Path}.json");

    private SignedReport Add(string tenant, int number, ReportLink? previous, CheckVerdict verdict = CheckVerdict.Passed)
    {
        var at = new DateTimeOffset(2026, 11, 28, number, 0, 0, TimeSpan.Zero);
        IsolationCheck[] checks = [new("node.kernel", "n1", "another kernel", "6.6", at, verdict)];
        var report = new IsolationReport(
            1, tenant, 1, number, "west-1", $"{tenant}.1.{number}.update", ReportCause.Update, at, at, null, "1", IsolationReport.VerdictOf(checks), checks,
            previous, ReportKey.Of(_key).Id);
        var signed = SignedReport.Create(report, _key.SignHash(SignedReport.HashOf(report), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(tenant, number))!);
        File.WriteAllBytes(FileOf(tenant, number), signed.Content.ToArray());
        return signed;
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await VerifyReportCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
