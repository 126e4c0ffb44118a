using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>What writes reports: one chain a tenant, and one report an orchestration.</summary>
public sealed class IsolationReportsTests
{
    private static readonly ChainExpectation Whole = new(IsFromFirst: true);

    private readonly MemoryReportFiles _files = new();
    private readonly ReportStore _store;
    private readonly IsolationReports _reports;

    public IsolationReportsTests() => (_store, _reports) = (new(_files), new(new(_files), Reports.Signer));

    [Fact]
    public async Task Write_SeveralVerifications_IsOneChainOverIncarnations()
    {
        var first = await _reports.WriteAsync(Reports.Request(1), default);
        await _reports.WriteAsync(Reports.Request(2), default);
        var last = await _reports.WriteAsync(Reports.Request(3, incarnation: 2, verdict: CheckVerdict.Failed), default);

        Assert.Equal((1, 1, ReportVerdict.Passed), (first.Link.Incarnation, first.Link.Number, first.Verdict));
        Assert.Equal((2, 1, ReportVerdict.Failed, 1), (last.Link.Incarnation, last.Link.Number, last.Verdict, last.Failed));
        Assert.Equal(["acme/0000000001/0000000001", "acme/0000000001/0000000002", "acme/0000000002/0000000001"], _files.Content.Keys.Order());
        Assert.Null(Verify(Whole with { LatestHash = last.Link.Hash }));
    }

    [Fact]
    public async Task Write_AgainForTheSameInstance_IsTheSameReport()
    {
        var request = Reports.Request(1);
        var first = await _reports.WriteAsync(request, default);
        await _reports.WriteAsync(Reports.Request(2), default);

        var again = await _reports.WriteAsync(request, default);

        Assert.Equal(first, again);
        Assert.Equal(2, _files.Content.Count);
    }

    [Fact]
    public async Task Write_TwoAtOnce_DoNotForkTheChain()
    {
        // The other writer comes between the read of the newest report and the write.
        var isFirst = true;
        _files.OnAdd = async _ =>
        {
            if (isFirst)
            {
                isFirst = false;
                await new IsolationReports(_store, Reports.Signer).WriteAsync(Reports.Request(2), default);
            }
        };

        var written = await _reports.WriteAsync(Reports.Request(1), default);

        Assert.Equal(2, written.Link.Number);
        Assert.Null(Verify(Whole with { LatestHash = written.Link.Hash }));
    }

    [Fact]
    public async Task Write_AnswerOfTheStorageIsLost_FindsItsOwnReport()
    {
        _files.OnAdd = async path =>
        {
            _files.OnAdd = _ => Task.CompletedTask;
            // The report is stored, but the writer is told that another one is there.
            await new IsolationReports(_store, Reports.Signer).WriteAsync(Reports.Request(1), default);
        };

        Assert.Equal(1, (await _reports.WriteAsync(Reports.Request(1), default)).Link.Number);
        Assert.Single(_files.Content);
    }

    [Fact]
    public async Task Write_OthersAreAlwaysFaster_IsAConflict()
    {
        var sequence = 100;
        _files.OnAdd = async path =>
        {
            if (path.StartsWith("acme/", StringComparison.Ordinal) && sequence < 106)
            {
                sequence++;
                var rest = _files.OnAdd;
                _files.OnAdd = _ => Task.CompletedTask;
                await new IsolationReports(_store, Reports.Signer).WriteAsync(Reports.Request(sequence), default);
                _files.OnAdd = rest;
            }
        };

        Assert.Equal("ReportContended", (await Assert.ThrowsAsync<ConflictException>(() => _reports.WriteAsync(Reports.Request(1), default))).Code);
        Assert.Null(Verify(Whole));
    }

    [Fact]
    public async Task Write_IncarnationIsOver_IsRefused()
    {
        await _reports.WriteAsync(Reports.Request(1, incarnation: 2), default);

        var refused = await Assert.ThrowsAsync<InvalidException>(() => _reports.WriteAsync(Reports.Request(2, incarnation: 1), default));

        Assert.Equal("ReportSuperseded", refused.Code);
    }

    [Fact]
    public async Task Write_ManyChecks_AreInTheReportInOrderAndInUtc()
    {
        IsolationCheck[] many =
        [
            .. Enumerable.Range(0, 200).Select(i => Reports.Check(Reports.Start.ToOffset(TimeSpan.FromHours(2)), id: $"pod.check-{i}")),
            Reports.Check(Reports.Start, CheckVerdict.Failed),
        ];

        var written = await _reports.WriteAsync(Reports.Request(1) with { Checks = many }, default);
        var report = (await _store.ReadAsync(new("acme", 1, 1), default))!.Report;

        Assert.Equal([.. many.Select(c => c.Id)], report.Checks.Select(c => c.Id));
        Assert.All(report.Checks, c => Assert.Equal(TimeSpan.Zero, c.At.Offset));
        Assert.Equal((ReportVerdict.Failed, 1), (written.Verdict, written.Failed));
    }

    [Fact]
    public async Task Write_NewestReportWasChanged_IsRefusedAndNamesIt()
    {
        await _reports.WriteAsync(Reports.Request(1), default);
        _files.Content["acme/0000000001/0000000001"][100] ^= 1;

        var refused = await Assert.ThrowsAsync<InvalidException>(() => _reports.WriteAsync(Reports.Request(2), default));

        Assert.Equal(ReportStore.Damaged, refused.Code);
        Assert.Contains("acme/1/1", refused.Message, StringComparison.Ordinal);
    }

    private string? Verify(ChainExpectation expectation) => ReportChain.Verify(Reports.Files(_files), Reports.Signer.Keys, expectation).Fault?.Message;
}
