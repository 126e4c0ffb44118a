using System.Text;
using CsCheck;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Tests.Isolation.Probe;

public sealed class ProbeResultReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Read_Json_IsTheResult(string end)
    {
        var result = Read(ProbeSamples.ResultJson + end);

        Assert.Equal(ProbeSamples.Result.Targets, result.Targets);
        Assert.Equal(ProbeSamples.Result, result with { Targets = ProbeSamples.Result.Targets, TokenMounts = ProbeSamples.Result.TokenMounts });
    }

    [Fact]
    public void Write_Result_IsOneLineThatReadsBack()
    {
        var line = ProbeResultReader.Write(ProbeSamples.Result, ProbeSamples.Request);

        Assert.DoesNotContain('\n', line);
        Assert.Equal(line, ProbeResultReader.Write(Read(line), ProbeSamples.Request));
    }

    [Fact]
    public void Write_LargestRequest_FitsTheLimit()
    {
        ProbeTarget[] targets = [.. Enumerable.Range(0, ProbeRequest.MaxTargets).Select(i => ProbeSamples.Request.Targets[2] with { Name = $"{new string('n', 60)}-{i:00}" })];
        var request = ProbeSamples.Request with { Targets = targets };
        var result = ProbeSamples.Result with
        {
            TokenMounts = [.. Enumerable.Repeat(new string('m', ProbeResult.MaxTextLength), ProbeResult.MaxTokenMounts)],
            Targets = [.. targets.Select(t => new ProbeTargetResult(t.Name, ProbeOutcome.Unreachable, new string('d', ProbeResult.MaxDetailLength), 10_000))],
        };

        Assert.InRange(ProbeResultReader.Write(result, request).Length, 1, ProbeResult.MaxBytes - 1);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":0", "schema must be 1, not 0.")]
    [InlineData("\"nonce\":\"0", "\"nonce\":\"1", "nonce is not the request's: the result is of another run, or forged.")]
    [InlineData("+00:00", "+01:00", "startedAt must be in UTC.")]
    [InlineData("6.6.137.mshv1-1.azl3", "", "guest.kernelRelease must be 1 to 256 printable ASCII characters.")]
    [InlineData("6.6.137.mshv1-1.azl3", "6.6\\u001b[2J", "guest.kernelRelease must be 1 to 256 printable ASCII characters.")]
    [InlineData("#1 SMP", "\\u202e", "guest.kernelVersion must be 1 to 256 printable ASCII characters.")]
    [InlineData("f2136ca1", "F2136CA1", "guest.bootId must be a UUID.")]
    [InlineData("520093696", "0", "guest.memoryBytes must be 1 to 2^50.")]
    [InlineData("520093696", "9223372036854775807", "guest.memoryBytes must be 1 to 2^50.")]
    [InlineData("\"cpus\":1", "\"cpus\":-1", "guest.cpus must be 1 to 8192.")]
    [InlineData("65532", "-1", "process.userId must be a user id.")]
    [InlineData("\"0000000000000000\"", "\"0\"", "process.effectiveCapabilities must be 16 lower-case hexadecimal digits.")]
    [InlineData("\"seccomp\":2", "\"seccomp\":3", "process.seccomp must be 0, 1 or 2.")]
    [InlineData("\"tokenMounts\":[]", "\"tokenMounts\":[null]", "tokenMounts must be a short list of paths.")]
    [InlineData("\"tokenMounts\":[]", "\"tokenMounts\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]", "tokenMounts must be a short list of paths.")]
    [InlineData("\"name\":\"imds\"", "\"name\":\"dns\"", "targets[0].name must be imds, as asked.")]
    [InlineData("\"outcome\":\"timedOut\"", "\"outcome\":99", "targets[0].outcome is not known.")]
    [InlineData("1 records", "\\n", "targets[1].detail must be at most 120 printable ASCII characters.")]
    [InlineData("\"milliseconds\":1001", "\"milliseconds\":61001", "targets[0].milliseconds is out of range.")]
    [InlineData("\"milliseconds\":1001", "\"milliseconds\":-1", "targets[0].milliseconds is out of range.")]
    [InlineData("{\"name\":\"dns\"", "null,{\"name\":\"dns\"", "targets has 4 answers to 3 questions.")]
    [InlineData("{\"name\":\"imds\",\"outcome\":\"timedOut\",\"detail\":\"\",\"milliseconds\":1001}", "null", "targets[0].is null.")]
    public void Read_ForgedValue_IsRefused(string part, string replacement, string fault)
    {
        var message = Assert.Throws<FormatException>(() => Read(Replace(part, replacement))).Message;

        Assert.Equal($"The probe's result is invalid: {fault}", message);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":1,\"verdict\":\"passed\"")]
    [InlineData("\"schema\":1", "\"schema\":1,\"nonce\":\"0\"")]
    [InlineData("\"cpus\":1", "\"cpus\":1,\"cpus\":2")]
    [InlineData("\"cpus\":1", "\"cpus\":1.5")]
    [InlineData(",\"cpus\":1", "")]
    [InlineData("\"timedOut\"", "\"closed\"")]
    [InlineData("\"tokenMounts\":[],", "")]
    [InlineData("\"process\":{", "\"process\":null,\"x\":{")]
    [InlineData("#1 SMP", "\\ud800")]
    [InlineData("#1 SMP", "\u001b")]
    public void Read_OtherForm_IsRefused(string part, string replacement)
    {
        var message = Assert.Throws<FormatException>(() => Read(Replace(part, replacement))).Message;

        Assert.StartsWith("The probe printed no result but: {", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The probe printed nothing.")]
    [InlineData("\r\n\n", "The probe printed nothing.")]
    [InlineData("null", "The probe printed null.")]
    [InlineData("one\ntwo", "The probe printed more than one line, the first is: one")]
    [InlineData("\u001b[31mKernel\u0007 panic ü", "The probe printed no result but: ?[31mKernel? panic ??")]
    public void Read_NoResult_QuotesItSafely(string log, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Read(log)).Message);

    [Fact]
    public void Read_TooLong_IsRefusedUnparsed() => Assert.Equal(
        "The probe printed more than 16384 bytes.", Assert.Throws<FormatException>(() => Read(new string('[', ProbeResult.MaxBytes + 1))).Message);

    [Fact]
    public void Read_DeepNesting_IsRefused() => Assert.Throws<FormatException>(() => Read(new string('[', ProbeResult.MaxBytes)));

    [Fact]
    public void Read_AnyChangedBytes_EitherReadsOrSaysWhyInSafeText()
    {
        var bytes = Encoding.UTF8.GetBytes(ProbeSamples.ResultJson);
        var change = Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 12], Gen.Byte.Array[0, 4]);

        change.List[1, 3].Sample(changes =>
        {
            var log = changes.Aggregate(bytes, (all, c) => c.Item1 > all.Length ? all : [.. all[..c.Item1], .. c.Item3, .. all[Math.Min(all.Length, c.Item1 + c.Item2)..]]);
            try
            {
                var result = ProbeResultReader.Read(log, ProbeSamples.Request);
                return result.Nonce == ProbeSamples.Request.Nonce && ProbeResultReader.Write(result, ProbeSamples.Request).Length < ProbeResult.MaxBytes;
            }
            catch (FormatException e)
            {
                return e.Message.Length <= 400 && ProbeText.IsPrintable(e.Message);
            }
        }, iter: 2_000);
    }

    private static ProbeResult Read(string log) => ProbeResultReader.Read(Encoding.UTF8.GetBytes(log), ProbeSamples.Request);

    private static string Replace(string part, string replacement)
    {
        var at = ProbeSamples.ResultJson.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, part);
        return ProbeSamples.ResultJson[..at] + replacement + ProbeSamples.ResultJson[(at + part.Length)..];
    }
}
