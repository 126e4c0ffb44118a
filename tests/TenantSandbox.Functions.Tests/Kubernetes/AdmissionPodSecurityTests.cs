using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Specs whose pods violate the Pod Security Standard, as only an earlier version could have stored them.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class AdmissionPodSecurityTests : IAsyncLifetime
{
    private readonly ScriptedApiServer _server = new();
    private int _calls;

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        _server.Answer = http =>
        {
            _calls++;
            return ScriptedApiServer.StatusAsync(http, 403, "Forbidden");
        };
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("""{"hostNetwork":true}""", "hostNamespaces: pod must not share namespaces with the node; remove the field or set it to false (found hostNetwork).")]
    [InlineData("""{"securityContext":{"runAsUser":0}}""", "runAsUser: pod must not run as root; set securityContext.runAsUser to another user id than 0, or remove it.")]
    [InlineData(
        """{"volumes":[{"name":"root","hostPath":{"path":"/"}}]}""",
        "restrictedVolumes: volume \"root\" must be of an allowed type: configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret (found hostPath).")]
    public async Task CheckAdmission_PodViolatesTheStandard_IsRefusedWithoutACall(string pod, string expected)
    {
        var answer = await CheckAsync(Workload("web", pod));

        Assert.Equal([$"Pod web violates PodSecurity \"restricted:v1.37\", check {expected}"], answer.Refusals);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task CheckAdmission_SeveralWorkloads_NamesTheViolationsOfEach()
    {
        var answer = await CheckAsync(Sample.Web, Workload("a", """{"hostPID":true,"securityContext":{"runAsUser":0}}"""), Workload("b", """{"hostIPC":true}"""));

        Assert.Equal(
            ["Pod a hostNamespaces", "Pod a runAsUser", "Pod b hostNamespaces"],
            answer.Refusals.Select(r => $"{r[..5]} {r[(r.IndexOf("check ", StringComparison.Ordinal) + 6)..].Split(':')[0]}"));
    }

    [Fact]
    public async Task CheckAdmission_PodOfTheStandard_ReachesTheCluster()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => CheckAsync(Sample.Web));

        Assert.NotEqual(0, _calls);
    }

    private async Task<AdmissionAnswer> CheckAsync(params WorkloadSpec[] workloads)
    {
        var settings = _server.Settings();
        // ARM isn't asked for this cluster.
        settings["Network__DenyClusterRanges"] = "false";
        await using var services = App.Create(settings, specs: MemorySpecStore.Shared);
        return await services.Make<TenantAdmission>().CheckAsync(Sample.Placed("acme", workloads).Placed() with { PoolName = null }, default);
    }

    private static WorkloadSpec Workload(string name, string pod)
    {
        var spec = JsonNode.Parse(pod)!.AsObject();
        spec["containers"] = JsonNode.Parse("""[{"name":"web","image":"registry.example/web:1","resources":{"limits":{"cpu":"500m","memory":"512Mi"}}}]""");
        var template = new JsonObject { ["spec"] = spec }.Deserialize<PodTemplate>();
        return Sample.Web with { Name = name, Image = "", Env = [], ReadinessProbe = null, PodTemplate = template };
    }
}
