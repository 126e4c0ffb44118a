using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class TenantRequestPropertyTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<string> Label = Gen.String[Gen.Char["abcxyz019"], 1, 40];
    private static readonly Gen<string> LetterLabel = Gen.Select(Gen.Char["abcxyz"], Gen.String[Gen.Char["abcxyz019"], 0, 39]).Select((first, rest) => first + rest);
    private static readonly Gen<string> Words = Gen.String[Gen.Char["a 0\"\\/{}\u00e9\u4e2d\t\n"], 0, 20];
    private static readonly Gen<List<WorkloadPort>> Ports =
        Gen.Select(Gen.Int[1, 65535], Gen.Bool).Select((port, tcp) => new WorkloadPort(port, tcp ? "TCP" : "UDP")).List[0, 4].Select(x => x.Distinct().ToList());

    private static readonly Gen<ReadinessProbe?> Probe = Gen.OneOf(
        Gen.Const((ReadinessProbe?)null),
        Gen.Select(Gen.Int[1, 65535], Gen.Int[0, 600], Gen.Int[1, 300]).Select((port, delay, period) => (ReadinessProbe?)new ReadinessProbe("/up", port, [], delay, period)),
        Gen.Int[1, 65535].Select(port => (ReadinessProbe?)new ReadinessProbe(null, port, [])),
        Words.List[1, 3].Select(command => (ReadinessProbe?)new ReadinessProbe(null, null, command)));

    private static readonly Gen<WorkloadSpec> Workload =
        Gen.Select(LetterLabel, Gen.Int[1, 50], Gen.Int[10, 64_000], Gen.Int[128, 524_288], Ports, Words.List[0, 3], Words.List[0, 3], Probe)
            .Select((name, replicas, cpu, memory, ports, env, args, probe) => new WorkloadSpec(
                name, "registry.example/app:1", replicas, cpu, memory, ports, [.. env.Select((value, i) => new EnvironmentVariable($"V{i}", value))], args, args, probe));

    private static readonly Gen<(TenantRequest Request, TenantSpec Spec)> Request =
        Gen.Select(Label, Gen.Long[1, RequestLimits.MaxRevision], Gen.Bool, Gen.Int[0, 100_000], Workload.List[1, 4], Gen.Int[1, 126].List[0, 3])
            .Select((id, revision, dedicated, minutes, workloads, blocks) => Of(id, revision, minutes == 0 ? null : Now.AddMinutes(minutes), new TenantSpec(
                dedicated ? TenantTier.Dedicated : TenantTier.Pooled, null, dedicated ? "westeurope" : null,
                [.. workloads.DistinctBy(x => x.Name)], [.. blocks.Distinct().Select(x => new EgressRule($"20.{x}.0.0/16", [new WorkloadPort(443)]))])));

    [Fact]
    public void Parse_ValidRequest_RoundTrips() => Request.Sample((request, spec) =>
    {
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(ToWire(request, spec));
        if (utf8.Length > RequestLimits.MaxRequestBytes)
        {
            return;
        }

        var result = TenantRequestParser.Parse(utf8, TenantRequestKind.Onboard, Now);
        Assert.Empty(result.Faults);
        Assert.Equal(Print(request), Print(result.Request! with { ContentHash = "" }));
        Assert.Equal(JsonSerializer.Serialize(spec), JsonSerializer.Serialize(result.Spec));
    }, iter: 500);

    [Fact]
    public void Parse_MutatedText_NeverThrowsAndReturnsRequestOrFaults() => Gen.Select(Request, Gen.Select(Gen.Int[0, 20_000], Gen.Byte, Gen.Int[0, 4]).List[1, 8]).Sample((valid, mutations) =>
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(ToWire(valid.Request, valid.Spec)).ToList();
        foreach (var (at, value, how) in mutations)
        {
            var index = at % bytes.Count;
            if (how == 0)
            {
                bytes.RemoveAt(index);
            }
            else if (how == 1)
            {
                bytes.Insert(index, value);
            }
            else
            {
                bytes[index] = how == 2 ? value : (byte)"{}[],:\"0-"[value % 9];
            }
        }

        foreach (var result in new[] { TenantRequestParser.Parse(bytes.ToArray(), TenantRequestKind.Onboard, Now), TenantRequestParser.ParseBare(bytes.ToArray(), Now) })
        {
            Assert.Equal(result.Request is null, result.Faults.Count > 0);
        }
    }, iter: 2000);

    [Fact]
    public void Parse_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var result = TenantRequestParser.Parse(bytes, TenantRequestKind.Offboard, Now);
        Assert.Equal(result.Request is null, result.Faults.Count > 0);
    }, iter: 2000);

    private static string Print(TenantRequest request) => JsonSerializer.Serialize(request);

    private static (TenantRequest, TenantSpec) Of(string id, long revision, DateTimeOffset? expiresAt, TenantSpec spec) =>
        (new(TenantRequestKind.Onboard, id, revision, SpecRef.Of(spec), "", expiresAt is { } at ? new(at) : null), spec);

    private static JsonObject ToWire(TenantRequest request, TenantSpec spec)
    {
        var wire = new JsonObject
        {
            ["tenantId"] = request.TenantId,
            ["revision"] = request.Revision,
            ["tier"] = spec.Tier == TenantTier.Pooled ? "pooled" : "dedicated",
            ["workloads"] = new JsonArray([.. spec.Workloads.Select(ToWire)]),
            ["egressAllowList"] = new JsonArray([.. spec.EgressAllowList.Select(x => new JsonObject { ["cidr"] = x.Cidr, ["ports"] = ToWire(x.Ports) })]),
        };
        if (spec.Region is not null)
        {
            wire["region"] = spec.Region;
        }

        if (request.Expiry?.ExpiresAt is { } expiresAt)
        {
            wire["expiresAt"] = expiresAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }

        return wire;
    }

    private static JsonObject ToWire(WorkloadSpec workload)
    {
        var wire = new JsonObject
        {
            ["name"] = workload.Name,
            ["image"] = workload.Image,
            ["replicas"] = workload.Replicas,
            ["cpu"] = $"{workload.CpuMillis}m",
            ["memory"] = $"{workload.MemoryMiB}Mi",
            ["ports"] = ToWire(workload.Ports),
            ["env"] = new JsonObject(workload.Env.Select(x => KeyValuePair.Create(x.Name, (JsonNode?)x.Value))),
            ["command"] = ToWire(workload.Command),
            ["args"] = ToWire(workload.Args),
        };
        if (workload.ReadinessProbe is { } probe)
        {
            var check = probe.HttpPath is not null ? KeyValuePair.Create("httpGet", (JsonNode?)new JsonObject { ["path"] = probe.HttpPath, ["port"] = probe.Port })
                : probe.Port is not null ? KeyValuePair.Create("tcpSocket", (JsonNode?)new JsonObject { ["port"] = probe.Port })
                : KeyValuePair.Create("exec", (JsonNode?)new JsonObject { ["command"] = ToWire(probe.Command) });
            wire["readinessProbe"] = new JsonObject([check]) { ["initialDelaySeconds"] = probe.InitialDelaySeconds, ["periodSeconds"] = probe.PeriodSeconds };
        }

        return wire;
    }

    private static JsonArray ToWire(IReadOnlyList<string> texts) => new([.. texts.Select(x => JsonValue.Create(x))]);

    private static JsonArray ToWire(IReadOnlyList<WorkloadPort> ports) => new([.. ports.Select(x => new JsonObject { ["port"] = x.Port, ["protocol"] = x.Protocol })]);
}
