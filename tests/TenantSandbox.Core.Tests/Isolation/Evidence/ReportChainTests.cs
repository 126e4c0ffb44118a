using System.Security.Cryptography;
using CsCheck;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Core.Tests.Isolation.Evidence;

/// <summary>Whatever is done to a chain is found, at the first report that it shows in. CsCheck prints the seed of a failing case.</summary>
public sealed class ReportChainTests
{
    private static readonly IReadOnlyList<SignedReport> Reports = SampleChain.Reports;
    private static readonly ChainExpectation Whole = new(IsFromFirst: true, Reports[^1].Hash);

    [Fact]
    public void Verify_UntouchedChain_HasNoFault()
    {
        var verdict = Verify(Reports, Whole);

        Assert.Null(verdict.Fault);
        Assert.Equal(Reports.Select(r => r.Hash), verdict.Verified.Select(r => r.Hash));
    }

    [Fact]
    public void Verify_PartOfAChain_IsFineUnlessTheWholeIsExpected()
    {
        Assert.Null(Verify(Reports.Skip(2), new()).Fault);
        Assert.Null(Verify(Reports.SkipLast(2), new(IsFromFirst: true)).Fault);
        Assert.Contains("acme/1/2, which is missing", Verify(Reports.Skip(2), new(IsFromFirst: true)).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("missing", Verify(Reports.SkipLast(1), Whole).Fault!.Message, StringComparison.Ordinal);
        Assert.NotNull(Verify([], Whole).Fault);
    }

    [Fact]
    public void Verify_AnyByteChanged_IsFoundInThatReport() =>
        Gen.Select(Gen.Int[0, Reports.Count - 1], Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample(
            (which, position, difference) =>
            {
                var files = SampleChain.Files(Reports);
                var bytes = files[which].Content.ToArray();
                bytes[position % bytes.Length] ^= difference;
                files[which] = files[which] with { Content = bytes };

                Assert.Equal(files[which].Label, ReportChain.Verify(files, SampleChain.Keys, Whole).Fault?.Label);
            },
            iter: 200);

    [Fact]
    public void Verify_LowestBitOfEachCharacterOfTheSignature_Counts()
    {
        var bytes = Reports[0].Content.ToArray();
        for (var i = bytes.Length - 88; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.NotNull(ReportChain.Verify([new("r", changed)], SampleChain.Keys, new()).Fault);
        }
    }

    [Fact]
    public void Verify_BytesAddedOrRemoved_IsFound() =>
        Gen.Select(Gen.Int[0, Reports.Count - 1], Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Bool).Sample(
            (which, position, added, isRemoval) =>
            {
                var files = SampleChain.Files(Reports);
                List<byte> bytes = [.. files[which].Content.Span];
                if (isRemoval)
                {
                    bytes.RemoveAt(position % bytes.Count);
                }
                else
                {
                    bytes.Insert(position % (bytes.Count + 1), added);
                }

                files[which] = files[which] with { Content = bytes.ToArray() };

                Assert.Equal(files[which].Label, ReportChain.Verify(files, SampleChain.Keys, Whole).Fault?.Label);
            },
            iter: 200);

    [Fact]
    public void Verify_AnyReportRemoved_IsFound() => Gen.Int[0, Reports.Count - 1].Sample(which =>
    {
        var fault = Verify(Reports.Where((_, i) => i != which), Whole).Fault;

        Assert.NotNull(fault);
        Assert.Contains("missing", fault.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Verify_AnyOtherOrder_IsFound() => Gen.Shuffle(Reports.ToArray()).Where(order => !order.SequenceEqual(Reports)).Sample(order =>
        Assert.NotNull(Verify(order, new()).Fault));

    [Fact]
    public void Verify_ReportOfAnotherTenant_IsFoundWhereItIs()
    {
        var foreign = SampleChain.Create("other", SampleChain.Key, (1, 1), (1, 2))[1];
        for (var at = 1; at <= Reports.Count; at++)
        {
            var fault = Verify([.. Reports.Take(at), foreign, .. Reports.Skip(at)], Whole).Fault;

            Assert.Equal("other/1/2", fault?.Label);
            Assert.Contains("tenant other", fault!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Verify_ReportSignedByAnotherKey_IsFound()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var renamed = SampleChain.Sign(Reports[1].Report, stranger);
        var honest = SampleChain.Sign(Reports[1].Report with { KeyId = ReportKey.Of(stranger).Id }, stranger);

        Assert.Contains("signed with another key", Verify([Reports[0], renamed], new()).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("not among the given ones", Verify([Reports[0], honest], new()).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_KeyRotated_NeedsBothKeys()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rotated = SampleChain.Sign(SampleChain.Report(number: 2, previous: Reports[0].Link) with { KeyId = ReportKey.Of(next).Id }, next);
        var files = SampleChain.Files([Reports[0], rotated]);

        Assert.Null(ReportChain.Verify(files, new ReportKeySet([ReportKey.Of(SampleChain.Key), ReportKey.Of(next)]), new()).Fault);
        Assert.Equal("acme/1/2", ReportChain.Verify(files, SampleChain.Keys, new()).Fault?.Label);
    }

    [Fact]
    public void Verify_ForkWithTheRightKey_IsFound()
    {
        var other = SampleChain.Sign(Reports[1].Report with { AppVersion = "1.2.4" }, SampleChain.Key);
        var early = SampleChain.Sign(Reports[2].Report with { Previous = Reports[0].Link }, SampleChain.Key);
        var restarted = SampleChain.Sign(Reports[2].Report with { Previous = null }, SampleChain.Key);
        var renumbered = SampleChain.Sign(Reports[2].Report with { Number = 5 }, SampleChain.Key);

        Assert.Contains("was replaced", Verify([Reports[0], other, .. Reports.Skip(2)], Whole).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("forked", Verify([Reports[0], Reports[1], other], new()).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("twice", Verify([Reports[0], Reports[1], Reports[1]], new()).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("follows acme/1/1", Verify([Reports[0], Reports[1], early], new()).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("says that it is the tenant's first", Verify([Reports[0], Reports[1], restarted], new()).Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("its number does not", Verify([Reports[0], Reports[1], renumbered], new()).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_VerdictThatTheChecksContradict_IsFound()
    {
        var lie = SampleChain.Sign(Reports[0].Report with { Verdict = ReportVerdict.Failed }, SampleChain.Key);

        Assert.Contains("contradicts its checks", Verify([lie], new()).Fault!.Message, StringComparison.Ordinal);
    }

    private static ChainVerdict Verify(IEnumerable<SignedReport> reports, ChainExpectation expectation) =>
        ReportChain.Verify(SampleChain.Files(reports), SampleChain.Keys, expectation);
}
