using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Tests.Isolation.Evidence;

public sealed class SignedReportTests
{
    private static readonly SignedReport Sample = SampleChain.Reports[0];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void Read_WhatCreateWrote_IsTheSameReport()
    {
        var read = SignedReport.Read(Sample.Content);

        Assert.Equal(JsonSerializer.Serialize(Sample.Report), JsonSerializer.Serialize(read.Report));
        Assert.Equal((Sample.Hash, Sample.Link), (read.Hash, read.Link));
        Assert.Equal(Sample.Content.ToArray(), SignedReport.Create(read.Report, read.Signature.ToArray()).Content.ToArray());
    }

    /// <summary>The form of version 1, which later versions must read and whose hash must never change.</summary>
    [Fact]
    public void Read_ReportOfVersion1_HasItsHash()
    {
        const string Lines =
            """
            {"appVersion":"1.0.0","cause":"nodeImage","checks":[{"at":"2026-11-28T02:00:01+00:00","expected":"KataVmIsolation","id":"pool.runtime",
            "observed":"KataVmIsolation","reason":null,"subject":"kata1","verdict":"passed"}],"clusterId":"west-1",
            "finishedAt":"2026-11-28T02:00:02+00:00","incarnation":1,"instanceId":"acme.1.1.onboard","keyId":"k","number":2,
            "previous":{"hash":"00","incarnation":1,"number":1},"schemaVersion":1,"specHash":null,"startedAt":"2026-11-28T02:00:00+00:00",
            "tenantId":"acme","verdict":"passed"}
            """;
        var json = Lines.ReplaceLineEndings("");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

        var read = SignedReport.Read(Encoding.UTF8.GetBytes($$"""{"hash":"{{hash}}","report":{{json}},"signature":"AAAA"}"""));

        Assert.Equal(hash, read.Hash);
        Assert.Equal(hash, Convert.ToHexStringLower(SignedReport.HashOf(read.Report)));
        Assert.Equal((ReportCause.NodeImage, new ReportLink(1, 1, "00"), 1), (read.Report.Cause, read.Report.Previous, read.Report.Checks.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not JSON")]
    [InlineData("""{"hash":"a","report":null,"signature":"b"}""")]
    [InlineData("""{"hash":"a","other":1,"report":{},"signature":"b"}""")]
    [InlineData("""{"hash":null,"report":{},"signature":"b"}""")]
    public void Read_NoReport_IsRefused(string content) =>
        Assert.Throws<FormatException>(() => SignedReport.Read(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Read_Reformatted_SaysThatItIsNotCanonical()
    {
        var indented = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize<JsonElement>(Sample.Content.Span), Indented);

        Assert.Contains("not in canonical form", Assert.Throws<FormatException>(() => SignedReport.Read(indented)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NewerSchema_SaysSo()
    {
        var newer = SampleChain.Sign(Sample.Report with { SchemaVersion = 2 }, SampleChain.Key);

        Assert.Contains("schema version 2", Assert.Throws<FormatException>(() => SignedReport.Read(newer.Content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NullCheck_IsRefused()
    {
        var broken = SampleChain.Sign(Sample.Report with { Checks = [null!] }, SampleChain.Key);

        Assert.Throws<FormatException>(() => SignedReport.Read(broken.Content));
    }

    [Fact]
    public void VerdictOf_NothingCheckedOrOneFailed_IsFailed()
    {
        var passed = Sample.Report.Checks[0];

        Assert.Equal(ReportVerdict.Failed, IsolationReport.VerdictOf([]));
        Assert.Equal(ReportVerdict.Failed, IsolationReport.VerdictOf([passed, passed with { Verdict = CheckVerdict.Failed }]));
        Assert.Equal(ReportVerdict.Passed, IsolationReport.VerdictOf([passed, passed with { Verdict = CheckVerdict.Warning }, passed with { Verdict = CheckVerdict.NotApplicable }]));
    }

    [Theory]
    [InlineData("acme/0000000001/0000000003", true)]
    [InlineData("acme/1/3", false)]
    [InlineData("acme/0000000001/0000000003.json", false)]
    [InlineData("acme/0000000001", false)]
    [InlineData("acme/9999999999/0000000001", false)]
    public void ReportName_FromPath_IsExact(string path, bool isName)
    {
        Assert.Equal(isName ? new ReportName("acme", 1, 3) : null, ReportName.FromPath(path));
        Assert.Equal("acme/0000000001/0000000003", new ReportName("acme", 1, 3).Path);
    }
}
