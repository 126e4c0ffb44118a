using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests.PodTemplates;

public sealed class PodTemplateReaderTests
{
    private const string Resources = "\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"512Mi\"}}";

    [Theory]
    [InlineData("""{"spec":{"containers":[{"resources":{"limits":{"memory":"512Mi","cpu":"1"}},"image":"x","name":"a"}]}}""")]
    [InlineData("""{"metadata":null,"spec":{"hostNetwork":null,"containers":[{"name":"a","image":"x","resources":{"limits":{"cpu":1.0,"memory":536870912}},"env":[]}]}}""")]
    [InlineData("""{"spec":{"automountServiceAccountToken":false,"restartPolicy":"Always","containers":[{"name":"a","image":"x","imagePullPolicy":"Always","resources":{"limits":{"cpu":"1000m","memory":"0.5Gi"},"requests":{"cpu":"1"}}}]}}""")]
    [InlineData("""{"metadata":{},"spec":{"securityContext":{"runAsNonRoot":true},"affinity":{"podAntiAffinity":{}},"containers":[{"name":"a","image":"x","lifecycle":{},"securityContext":{"capabilities":{"drop":["ALL"]}},"resources":{"limits":{"cpu":"1","memory":"512Mi"}}}]}}""")]
    public void Parse_OtherSpelling_IsTheSameRequest(string template)
    {
        var plain = Parse($$$"""{"spec":{"containers":[{"name":"a","image":"x",{{{Resources}}}}]}}""");
        var other = Parse(template);

        Assert.Empty(other.Faults);
        Assert.Equal(plain.Spec!.Workloads[0].PodTemplate, other.Spec!.Workloads[0].PodTemplate);
        Assert.Equal(plain.Request!.ContentHash, other.Request!.ContentHash);
        Assert.Equal(plain.Request.Spec, other.Request.Spec);
        Assert.Empty(other.Notes!);
    }

    [Fact]
    public void Parse_LowerRequestsAndUnlimitedVolume_AreNoted()
    {
        var result = Parse("""
            {"spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"a","image":"x",
              "resources":{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"100m","memory":"512Mi"}}}]}}
            """);

        Assert.Equal(
            [
                ("/workloads/0/podTemplate/spec/containers/0/resources/requests/cpu", RequestNote.Raised),
                ("/workloads/0/podTemplate/spec/volumes/0/emptyDir/sizeLimit", RequestNote.Defaulted),
            ],
            result.Notes!.Select(n => (n.Pointer, n.Code)));
        Assert.Contains("\"sizeLimit\":\"1Gi\"", result.Spec!.Workloads[0].PodTemplate!.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("requests", result.Spec.Workloads[0].PodTemplate!.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"hostNetwork\":true", "hostNetwork", "Pods don't use the node's network. Leave it out, or give false.")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}]", "hostPath", "Pods don't see the node's files. Leave it out.")]
    [InlineData("\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}", "seccomp", "The container runtime's default profile applies. Leave it out, or give {\"type\": \"RuntimeDefault\"}.")]
    [InlineData("\"volume\":[]", null, "Unknown property \"volume\". Did you mean \"volumes\"?")]
    public void Parse_RefusedField_NamesTheRuleAndWhatToDo(string field, string? rule, string detail)
    {
        var fault = Assert.Single(Parse($$$"""{"spec":{{{{field}}},"containers":[{"name":"a","image":"x",{{{Resources}}}}]}}""").Faults);

        Assert.Equal((rule, detail), (fault.Rule, fault.Detail));
    }

    [Fact]
    public void Parse_RulesOfTheInstallation_DecideAboutIdsAndTheRoot()
    {
        const string Template = $$$"""
            {"spec":{"securityContext":{"runAsUser":500,"supplementalGroups":[2000,99]},"containers":[{"name":"a","image":"x",{{{Resources}}},
              "securityContext":{"readOnlyRootFilesystem":false,"runAsUser":5000}}]}}
            """;

        Assert.Equal(["readOnlyRoot"], Parse(Template).Faults.Select(f => f.Rule));
        Assert.Empty(Parse(Template, new InstallationRules(AllowWritableRoot: true)).Faults);
        Assert.Equal(
            ["/securityContext/runAsUser", "/securityContext/supplementalGroups/1", "/containers/0/securityContext/runAsUser"],
            Parse(Template, new InstallationRules(true, 1000, 4000)).Faults.Select(f => f.Pointer["/workloads/0/podTemplate/spec".Length..]));
    }

    [Theory]
    [InlineData("", "1 512", 1000, 512)]
    [InlineData("init 2 256", "1 512", 2000, 512)]
    [InlineData("init 1 4096", "1 512", 1000, 4096)]
    [InlineData("side 1 128", "1 512", 2000, 640)]
    [InlineData("side 1 128,init 1 1024", "1 512", 2000, 1152)]
    [InlineData("init 1 1024,side 1 128", "1 512", 2000, 1024)]
    [InlineData("side 1 128,side 1 128", "1 512,1 256", 4000, 1024)]
    public void GuestSize_InitContainersAndSidecars_IsWhatKubernetesComputes(string init, string containers, int cpuMillis, int memoryMiB)
    {
        var pod = new JsonObject { ["containers"] = List(containers, 0) };
        if (init.Length > 0)
        {
            pod["initContainers"] = List(init, 1);
        }

        var workload = Parse(new JsonObject { ["spec"] = pod }.ToJsonString()).Spec!.Workloads[0];

        Assert.Equal((cpuMillis, memoryMiB), (workload.CpuMillis, workload.MemoryMiB));
        Assert.Equal((cpuMillis, memoryMiB), (SpecRef.Of(new(TenantTier.Pooled, null, null, [workload], [])).Pods[0].CpuMillis, workload.MemoryMiB));
    }

    [Fact]
    public void Parse_PortsOfContainersAndSidecars_BecomeTheServices()
    {
        var workload = Parse($$$"""
            {"spec":{"containers":[{"name":"a","image":"x",{{{Resources}}},"ports":[{"name":"http","containerPort":80},{"containerPort":53,"protocol":"UDP"}]}],
              "initContainers":[{"name":"i","image":"x",{{{Resources}}},"ports":[{"containerPort":1}]},
                {"name":"s","image":"x","restartPolicy":"Always",{{{Resources}}},"ports":[{"containerPort":80},{"containerPort":81}]}]}}
            """).Spec!.Workloads[0];

        Assert.Equal([new(80, "TCP", "http"), new(53, "UDP"), new(81)], workload.Ports);
    }

    [Fact]
    public void ToTemplate_ShortForm_IsValidAndStaysTheSame()
    {
        var shortForm = new WorkloadSpec(
            "web", "nginx", 1, 1_500, 1_024, [new(80)], [new("A", "$(B)")], ["run"], ["$$"], new ReadinessProbe("/up", 80, [], 1, 2));

        var template = shortForm.ToTemplate();

        Assert.Equal(
            """{"spec":{"containers":[{"args":["$$$"],"command":["run"],"env":[{"name":"A","value":"$$(B)"}],"image":"nginx","name":"web","ports":[{"containerPort":80,"protocol":"TCP"}],"readinessProbe":{"httpGet":{"path":"/up","port":80},"initialDelaySeconds":1,"periodSeconds":2},"resources":{"limits":{"cpu":"1500m","memory":"1Gi"}}}]}}""",
            template.Json);
        Assert.Equal(template, Parse(template.Json).Spec!.Workloads[0].PodTemplate);
        Assert.Contains("\"$(B)\"", (shortForm with { ExpandVariables = true }).ToTemplate().Json, StringComparison.Ordinal);
    }

    private static JsonArray List(string text, int offset) => new([.. text.Split(',').Select((item, i) =>
    {
        var words = item.Split(' ');
        var container = JsonNode.Parse(
            $$$$"""{"name":"c{{{{(10 * offset) + i}}}}","image":"x","resources":{"limits":{"cpu":"{{{{words[^2]}}}}","memory":"{{{{words[^1]}}}}Mi"}}}""")!.AsObject();
        if (words[0] == "side")
        {
            container["restartPolicy"] = "Always";
        }

        return container;
    })]);

    private static RequestParseResult Parse(string template, InstallationRules? rules = null) => TenantRequestParser.Parse(
        Encoding.UTF8.GetBytes($$$"""{"tenantId":"acme","revision":1,"tier":"pooled","workloads":[{"name":"web","podTemplate":{{{template}}}}]}"""),
        TenantRequestKind.Onboard,
        DateTimeOffset.UnixEpoch,
        rules);
}
