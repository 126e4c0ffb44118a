using System.Text;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class TenantRequestParserTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Parse_FullRequest_ReadsEverything()
    {
        var result = Onboard(RequestCase.Full);
        var (request, spec) = (result.Request!, result.Spec!);
        var workload = Assert.Single(spec.Workloads);
        Assert.Equal((TenantRequestKind.Onboard, "acme", 7L), (request.Kind, request.TenantId, request.Revision));
        Assert.Equal((TenantTier.Dedicated, null, "westeurope"), (spec.Tier, spec.Cluster, spec.Region));
        Assert.Equal(new TenantExpiry(Now.AddDays(1).AddMinutes(1)), request.Expiry);
        Assert.Equal(SpecRef.Of(spec), request.Spec);
        Assert.Equal(("web", "registry.example:5000/web:1", 3, 1500, 2048), (workload.Name, workload.Image, workload.Replicas, workload.CpuMillis, workload.MemoryMiB));
        Assert.Equal([new WorkloadPort(8080), new WorkloadPort(53, "UDP")], workload.Ports);
        Assert.Equal([new EnvironmentVariable("B", "2"), new EnvironmentVariable("A", "1")], workload.Env);
        Assert.Equal(["/bin/web"], workload.Command);
        Assert.Equal(["-v", ""], workload.Args);
        Assert.Equal(("/healthz", 8080, 5, 3), (workload.ReadinessProbe!.HttpPath, workload.ReadinessProbe.Port, workload.ReadinessProbe.InitialDelaySeconds, workload.ReadinessProbe.PeriodSeconds));
        Assert.Equal(["203.0.113.0/24", "2001:db8::/32"], spec.EgressAllowList.Select(x => x.Cidr));
        Assert.Equal([new WorkloadPort(443)], spec.EgressAllowList[0].Ports);
        Assert.Empty(spec.EgressAllowList[1].Ports);
    }

    [Fact]
    public void Parse_MinimalRequest_UsesDefaults()
    {
        var result = Onboard(RequestCase.Minimal);
        var spec = result.Spec!;
        var workload = Assert.Single(spec.Workloads);
        Assert.Equal((1, 250, 512), (workload.Replicas, workload.CpuMillis, workload.MemoryMiB));
        Assert.Null(result.Request!.Expiry);
        Assert.False(workload.ExpandVariables);
        Assert.Null(workload.ReadinessProbe);
        Assert.Empty(workload.Ports);
        Assert.Empty(spec.EgressAllowList);
    }

    [Fact]
    public void Parse_ManyFaults_ReportsThemUpToTheLimit()
    {
        var text = $$"""{ {{string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"p{i}\":0"))}} }""";
        var faults = Onboard(text).Faults;
        Assert.Equal(RequestLimits.MaxFaults + 1, faults.Count);
        Assert.Equal(ValidationFaultCodes.More, faults[^1].Code);
        Assert.StartsWith("404 ", faults[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Parse_LargestRequest_IsReadAndOneByteMoreIsTooLarge(int more, bool isValid)
    {
        var text = RequestCase.Minimal + new string(' ', RequestLimits.MaxRequestBytes - RequestCase.Minimal.Length + more);
        var result = Onboard(text);
        Assert.Equal(isValid, result.Request is not null);
        Assert.Equal(isValid ? [] : [" tooLarge"], result.Faults.Select(x => $"{x.Pointer} {x.Code}"));
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-99999999999999999999999")]
    public void Parse_RevisionBeyond64Bits_IsOutOfRange(string revision)
    {
        var fault = Assert.Single(Onboard(RequestCase.Minimal.Replace("\"revision\":1", $"\"revision\":{revision}", StringComparison.Ordinal)).Faults);
        Assert.Equal(("/revision", ValidationFaultCodes.Range), (fault.Pointer, fault.Code));
    }

    [Theory]
    [InlineData("tenantID", "tenantId")]
    [InlineData("revison", "revision")]
    [InlineData("egressAllowlist", "egressAllowList")]
    public void Parse_MistypedProperty_SuggestsTheRightOne(string typed, string meant)
    {
        var fault = Onboard($$"""{"{{typed}}":1}""").Faults[0];
        Assert.Equal($"Unknown property \"{typed}\". Did you mean \"{meant}\"?", fault.Detail);
    }

    [Fact]
    public void Parse_AnyFault_NeverQuotesTheValue()
    {
        const string Secret = "s3cret value";
        var text = RequestCase.Full.Replace("\"acme\"", $"\"{Secret}\"", StringComparison.Ordinal).Replace("\"1.5\"", $"\"{Secret}\"", StringComparison.Ordinal);
        var faults = Onboard(text).Faults;
        Assert.Equal(2, faults.Count);
        Assert.DoesNotContain(faults, x => x.Detail.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void ContentHash_OtherSpellingAndTime_StaysTheSame()
    {
        var first = Onboard(RequestCase.Full).Request!;
        var respelled = RequestCase.Full
            .Replace("\"1.5\"", "\"1500m\"", StringComparison.Ordinal)
            .Replace("\"2Gi\"", "\"2048Mi\"", StringComparison.Ordinal)
            .Replace("P1DT1M", "PT1441M", StringComparison.Ordinal)
            .Replace("{\"port\":8080},", "{\"protocol\":\"TCP\",\"port\":8080},", StringComparison.Ordinal)
            .Replace("\"B\":\"2\",\"A\":\"1\"", "\"A\":\"1\",\"B\":\"2\"", StringComparison.Ordinal);
        var second = TenantRequestParser.Parse(Encoding.UTF8.GetBytes(respelled), TenantRequestKind.Onboard, Now.AddHours(1)).Request!;
        Assert.Equal(first.ContentHash, second.ContentHash);
        Assert.NotEqual(first.Expiry, second.Expiry);
    }

    [Fact]
    public void ContentHash_FullRequest_IsThatOfTheFirstVersion() =>
        Assert.Equal("fb21982a49ff5c84b72a96747e0d9db21c19f54a0fb59bf91652a6efa4dbe66c", Onboard(RequestCase.Full).Request!.ContentHash);

    [Fact]
    public void ContentHash_OrderOfExpandedVariables_IsContent()
    {
        var expanded = RequestCase.Full.Replace("\"command\"", "\"expandVariables\":true,\"command\"", StringComparison.Ordinal);
        var reordered = expanded.Replace("\"B\":\"2\",\"A\":\"1\"", "\"A\":\"1\",\"B\":\"2\"", StringComparison.Ordinal);
        Assert.NotEqual(Onboard(expanded).Request!.ContentHash, Onboard(reordered).Request!.ContentHash);
    }

    [Theory]
    [InlineData("\"replicas\":3", "\"replicas\":4")]
    [InlineData("\"B\":\"2\"", "\"B\":\"3\"")]
    [InlineData("P1DT1M", "P1DT2M")]
    [InlineData("\"revision\":7", "\"revision\":8")]
    [InlineData("203.0.113.0/24", "203.0.112.0/24")]
    public void ContentHash_OtherContent_Differs(string from, string to) =>
        Assert.NotEqual(Onboard(RequestCase.Full).Request!.ContentHash, Onboard(RequestCase.Full.Replace(from, to, StringComparison.Ordinal)).Request!.ContentHash);

    [Theory]
    [InlineData("""{"kind":"offboard","tenantId":"acme","id":"evt-1"}""", TenantRequestKind.Offboard, "evt-1")]
    [InlineData("""{"tenantId":"acme","kind":"offboard"}""", TenantRequestKind.Offboard, null)]
    public void ParseBare_Valid_ReadsKindAndId(string text, TenantRequestKind kind, string? id)
    {
        var result = TenantRequestParser.ParseBare(Encoding.UTF8.GetBytes(text), Now);
        Assert.Equal((kind, id), (result.Request!.Kind, result.Id));
    }

    [Theory]
    [InlineData("""{"tenantId":"acme"}""", "/kind required")]
    [InlineData("""{"kind":"Onboard","tenantId":"acme"}""", "/kind format")]
    [InlineData("""{"kind":1,"tenantId":"acme"}""", "/kind type")]
    [InlineData("""{"kind":"renew","tenantId":"acme"}""", "/expiresAt required")]
    [InlineData("""{"kind":"suspend","tenantId":"acme","tier":"pooled"}""", "/tier unknown")]
    [InlineData("""{"kind":"offboard","tenantId":"acme","id":""}""", "/id range")]
    [InlineData("""{"kind":"offboard","kind":"offboard","tenantId":"acme"}""", "/kind duplicate")]
    [InlineData("""[]""", " type")]
    public void ParseBare_Invalid_ReportsFault(string text, string fault) =>
        Assert.Equal(fault, string.Join(',', TenantRequestParser.ParseBare(Encoding.UTF8.GetBytes(text), Now).Faults.Select(x => $"{x.Pointer} {x.Code}")));

    [Fact]
    public void ParseBare_SameRequest_HasSameHash()
    {
        var bare = TenantRequestParser.ParseBare(Encoding.UTF8.GetBytes("{\"kind\":\"onboard\",\"id\":\"x\"," + RequestCase.Full.TrimStart()[1..]), Now);
        Assert.Equal(Onboard(RequestCase.Full).Request!.ContentHash, bare.Request!.ContentHash);
    }

    [Theory]
    [InlineData("tenantsandbox.tenant.onboard.requested", true)]
    [InlineData("tenantsandbox.tenant.resume.requested", true)]
    [InlineData("tenantsandbox.tenant.Onboard.requested", false)]
    [InlineData("tenantsandbox.tenant.requested", false)]
    [InlineData("tenantsandbox.tenant.ready", false)]
    [InlineData(null, false)]
    public void TryParseRequested_EventType_IsExact(string? type, bool known)
    {
        Assert.Equal(known, EventTypes.TryParseRequested(type, out var kind));
        Assert.Equal(known, EventTypes.Requested(kind) == type);
    }

    [Theory]
    [InlineData("tenant-blue.json", TenantTier.Pooled)]
    [InlineData("tenant-green.json", TenantTier.Pooled)]
    [InlineData("tenant-violet.json", TenantTier.Dedicated)]
    public void Parse_Sample_IsValid(string file, TenantTier tier)
    {
        var result = Onboard(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", file)));
        Assert.Empty(result.Faults);
        Assert.Equal(tier, result.Request!.Spec!.Tier);
    }

    private static RequestParseResult Onboard(string text) => TenantRequestParser.Parse(Encoding.UTF8.GetBytes(text), TenantRequestKind.Onboard, Now);
}
