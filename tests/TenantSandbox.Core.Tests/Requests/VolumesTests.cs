using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class VolumesTests
{
    private const string Claim = """{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}}}""";

    [Fact]
    public void Parse_ClaimByDefault_IsRefusedWithTheSetting()
    {
        var fault = Assert.Single(Parse($"\"claims\":[{Claim}]", InstallationRules.Default).Faults);

        Assert.Equal(("/claims/0/storageClassName", "forbidden", "storageClass"), (fault.Pointer, fault.Code, fault.Rule));
        Assert.Equal("This installation allows no claims of this StorageClass. It allows: none (TenantSandbox__Storage__Classes).", fault.Detail);
    }

    [Fact]
    public void Parse_ClaimInOtherWords_IsTheSameRequest()
    {
        var plain = Parse($"\"claims\":[{Claim}]");
        var other = Parse($"\"configMaps\":[],\"claims\":[{Claim.Replace("10Gi", "10240Mi", StringComparison.Ordinal)[..^1]},\"onOffboard\":\"delete\",\"volumeMode\":\"Filesystem\"}}]");

        Assert.Equal(plain.Request!.ContentHash, other.Request!.ContentHash);
        Assert.Equal(plain.Request.Spec, other.Request.Spec);
        Assert.True(plain.Request.Spec!.HasClaims);
        Assert.Equal((10 * 1024, true), (plain.Spec!.Claims![0].SizeMiB, plain.Spec.Claims[0].IsSingleAttach));
    }

    [Fact]
    public void Parse_ConfigMap_IsStoredInTheOrderOfItsKeys()
    {
        var one = Parse("""
            "configMaps":[{"name":"a","data":{"B":"2","A":"1"}}]
            """);
        var two = Parse("""
            "configMaps":[{"data":{"A":"1","B":"2"},"name":"a"}]
            """);

        Assert.Equal(one.Request!.ContentHash, two.Request!.ContentHash);
        Assert.Equal(["A", "B"], one.Spec!.ConfigMaps![0].Data.Keys);
        var stored = SpecJson.Read(SpecJson.Write(one.Spec))!;
        Assert.Equal(SpecJson.Write(one.Spec), SpecJson.Write(stored));
        Assert.DoesNotContain("1", one.Spec.ConfigMaps[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RequestWithoutVolumes_IsStoredAsBefore() =>
        Assert.DoesNotContain("configMaps", Encoding.UTF8.GetString(SpecJson.Write(Parse("\"onExpiry\":\"offboard\",\"timeToLive\":\"P1D\"").Spec!)), StringComparison.Ordinal);

    [Fact]
    public void Differences_OfVolumes_PointIntoTheRequest()
    {
        var accepted = Parse($"\"configMaps\":[{{\"name\":\"a\",\"data\":{{\"K\":\"1\"}}}}],\"claims\":[{Claim}]").Spec!;
        var requested = Parse(
            $"\"configMaps\":[{{\"name\":\"a\",\"data\":{{\"K\":\"2\"}}}}],\"claims\":[{Claim.Replace("10Gi", "20Gi", StringComparison.Ordinal)[..^1]},\"onOffboard\":\"retain\"}}]").Spec!;

        Assert.Equal(
            ["/claims/0/onOffboard", "/claims/0/resources/requests/storage", "/configMaps/0/data/K"],
            SpecDifferences.Between(requested, accepted).Select(d => d.Pointer));
        Assert.Equal(
            ["/claims/data/onOffboard Added", "/claims/data/resources/requests/storage Changed", "/configMaps/a/data/K Changed"],
            SpecChanges.Between(accepted, requested).Select(c => $"{c.Path} {c.Change}"));
        Assert.Equal(["/claims Removed", "/configMaps Removed"], SpecChanges.Between(accepted, accepted with { Claims = null, ConfigMaps = null }).Select(c => $"{c.Path} {c.Change}"));
    }

    [Fact]
    public void Of_Template_FindsWhatItsPodsUse()
    {
        var workload = Parse(
            """
            "configMaps":[{"name":"a","data":{"K":"1"}},{"name":"b"},{"name":"c"},{"name":"d"}],"claims":[
            """ + Claim + "]",
            pod: """
                {"containers":[{"name":"c","image":"x","resources":{"limits":{"cpu":"1","memory":"512Mi","ephemeral-storage":"2Gi"}},
                    "env":[{"name":"V","valueFrom":{"configMapKeyRef":{"name":"a","key":"K"}}}],"envFrom":[{"configMapRef":{"name":"b"}}]}],
                 "volumes":[{"name":"v","configMap":{"name":"a"}},{"name":"p","projected":{"sources":[{"configMap":{"name":"c"}}]}},
                   {"name":"d","persistentVolumeClaim":{"claimName":"data"}},
                   {"name":"e","ephemeral":{"volumeClaimTemplate":{"spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],
                     "resources":{"requests":{"storage":"1Gi"}}}}}}]}
                """).Spec!.Workloads[0];
        var used = TemplateVolumes.Of(workload);

        Assert.Equal(["a", "b", "c"], used.ConfigMaps);
        Assert.Equal(["data"], used.Claims);
        Assert.Equal([new EphemeralClaim("managed-csi", 1024)], used.Ephemeral);
        Assert.Equal(2048, SpecRef.Of(new TenantSpec(TenantTier.Pooled, null, null, [workload], [])).Pods[0].EphemeralMiB);
    }

    private static RequestParseResult Parse(string properties, InstallationRules? rules = null, string? pod = null)
    {
        var request = JsonNode.Parse(RequestCase.Template)!.AsObject();
        if (pod is not null)
        {
            request["workloads"]![0]!["podTemplate"]!["spec"] = JsonNode.Parse(pod);
        }

        foreach (var (name, value) in JsonNode.Parse($"{{{properties}}}")!.AsObject())
        {
            request[name] = value?.DeepClone();
        }

        return TenantRequestParser.Parse(JsonSerializer.SerializeToUtf8Bytes(request), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules ?? RequestCase.Rules);
    }
}
