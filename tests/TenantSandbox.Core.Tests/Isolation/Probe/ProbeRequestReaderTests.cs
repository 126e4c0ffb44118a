using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Tests.Isolation.Probe;

public sealed class ProbeRequestReaderTests
{
    [Fact]
    public void Write_Request_IsTheDocumentedJson() => Assert.Equal(ProbeSamples.RequestJson, ProbeRequestReader.Write(ProbeSamples.Request));

    [Fact]
    public void Read_Json_IsTheRequest()
    {
        var request = ProbeRequestReader.Read(ProbeSamples.RequestJson);

        Assert.Equal(ProbeSamples.Request.Nonce, request.Nonce);
        Assert.Equal(ProbeSamples.Request.Targets, request.Targets);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":2", "schema must be 1, not 2.")]
    [InlineData("\"nonce\":\"0", "\"nonce\":\"G", "nonce must be 32 lower-case hexadecimal digits.")]
    [InlineData("\"nonce\":\"0", "\"nonce\":\"", "nonce must be 32 lower-case hexadecimal digits.")]
    [InlineData("\"name\":\"imds\"", "\"name\":\"IMDS\"", "targets[0].name must be")]
    [InlineData("\"name\":\"imds\"", "\"name\":\"dns\"", "targets has the name dns twice.")]
    [InlineData("169.254.169.254", "169.254.43518", "targets[0].address must be")]
    [InlineData("169.254.169.254", "metadata.azure.internal", "targets[0].address must be")]
    [InlineData("fd00::7", "fd00:0::7", "targets[2].address must be")]
    [InlineData("\"port\":80,", "\"port\":0,", "targets[0].port must be 1 to 65535, not 0.")]
    [InlineData("\"port\":80,", "\"port\":65536,", "targets[0].port must be 1 to 65535, not 65536.")]
    [InlineData("\"timeoutMs\":2000", "\"timeoutMs\":49", "targets[1].timeoutMs must be 50 to 10000, not 49.")]
    [InlineData("\"timeoutMs\":2000", "\"timeoutMs\":10001", "targets[1].timeoutMs must be 50 to 10000, not 10001.")]
    [InlineData("\"kind\":\"http\"", "\"kind\":7", "targets[0].kind must be tcp, udp-dns or http.")]
    [InlineData("\"expected\":\"open\"", "\"expected\":2", "targets[1].expected must be open or closed.")]
    [InlineData("\"kind\":\"udp-dns\"", "\"kind\":\"tcp\"", "targets[1].dnsName must be given with kind udp-dns, and with no other.")]
    [InlineData("\"kind\":\"tcp\"", "\"kind\":\"udp-dns\"", "targets[2].dnsName must be given with kind udp-dns, and with no other.")]
    [InlineData("cluster.local", "cluster..local", "targets[1].dnsName is no name")]
    [InlineData("\"kind\":\"http\"", "\"kind\":\"tcp\"", "targets[0].path can be given with kind http only.")]
    [InlineData("/metadata/instance", "/ HTTP/1.1\\r\\nHost: x", "targets[0].path must start with '/'")]
    [InlineData("/metadata/instance", "metadata", "targets[0].path must start with '/'")]
    public void Read_BrokenRule_IsNamedWithItsPlace(string part, string replacement, string fault)
    {
        Assert.Contains(part, ProbeSamples.RequestJson, StringComparison.Ordinal);

        var message = Assert.Throws<FormatException>(() => ProbeRequestReader.Read(Replace(part, replacement))).Message;

        Assert.StartsWith($"The request is invalid: {fault}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":1,\"schema\":1")]
    [InlineData("\"schema\":1", "\"schema\":1,\"more\":1")]
    [InlineData("\"schema\":1,", "")]
    [InlineData("\"kind\":\"http\"", "\"kind\":\"icmp\"")]
    [InlineData("\"port\":80,", "\"port\":\"80\",")]
    [InlineData("\"expected\":\"open\",", "")]
    [InlineData("\"nonce\":\"00112233445566778899aabbccddeeff\"", "\"nonce\":null")]
    [InlineData("]}", "]")]
    public void Read_OtherForm_IsRefused(string part, string replacement)
    {
        Assert.Contains(part, ProbeSamples.RequestJson, StringComparison.Ordinal);

        var message = Assert.Throws<FormatException>(() => ProbeRequestReader.Read(Replace(part, replacement))).Message;

        Assert.StartsWith("The request can't be read at ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "The environment variable TENANTSANDBOX_PROBE is not set. It holds the request as JSON.")]
    [InlineData("", "The environment variable TENANTSANDBOX_PROBE is not set. It holds the request as JSON.")]
    [InlineData("null", "The request is null.")]
    [InlineData("{\"schema\":1,\"nonce\":\"00112233445566778899aabbccddeeff\",\"targets\":[null]}", "The request is invalid: targets[0].is null.")]
    public void Read_Nothing_SaysSo(string? json, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => ProbeRequestReader.Read(json)).Message);

    [Fact]
    public void Read_TooLarge_IsRefusedUnparsed() => Assert.Equal(
        "The request has 8193 bytes; it may have 8192.",
        Assert.Throws<FormatException>(() => ProbeRequestReader.Read(new string('{', ProbeRequest.MaxBytes + 1))).Message);

    [Fact]
    public void Write_TooManyTargets_IsRefused()
    {
        var targets = Enumerable.Range(0, ProbeRequest.MaxTargets + 1).Select(i => ProbeSamples.Request.Targets[2] with { Name = $"t{i}" });

        var message = Assert.Throws<ArgumentException>(() => ProbeRequestReader.Write(ProbeSamples.Request with { Targets = [.. targets] })).Message;

        Assert.StartsWith("The request is invalid: targets has 33 items; it may have 32.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TooLarge_IsRefused()
    {
        var targets = Enumerable.Range(0, ProbeRequest.MaxTargets)
            .Select(i => ProbeSamples.Request.Targets[0] with { Name = $"t{i}", Path = $"/{new string('a', 199)}" });

        var message = Assert.Throws<ArgumentException>(() => ProbeRequestReader.Write(ProbeSamples.Request with { Targets = [.. targets] })).Message;

        Assert.StartsWith("The request has more than 8192 bytes.", message, StringComparison.Ordinal);
    }

    private static string Replace(string part, string replacement)
    {
        var at = ProbeSamples.RequestJson.IndexOf(part, StringComparison.Ordinal);
        return ProbeSamples.RequestJson[..at] + replacement + ProbeSamples.RequestJson[(at + part.Length)..];
    }
}
