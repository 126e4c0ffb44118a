using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Tests.Requests.Kinds;

public sealed class WorkloadKindTests
{
    private const string ClaimTemplateJson =
        """{"metadata":{"name":"data"},"spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";

    [Theory]
    [InlineData("{}", 1)]
    [InlineData("""{"parallelism":5}""", 5)]
    [InlineData("""{"parallelism":5,"completions":3}""", 3)]
    [InlineData("""{"completions":30}""", 1)]
    public void SpecRef_Job_ReservesWhatRunsAtOnce(string job, int pods)
    {
        Assert.Equal(pods, SpecRef.Of(Spec($$"""{"kind":"Job","job":{{job}}}""")).Pods[0].Replicas);
        Assert.Equal(pods, SpecRef.Of(Spec($$$"""{"kind":"CronJob","cronJob":{"schedule":"@daily"},"job":{{{job}}}}""")).Pods[0].Replicas);
    }

    [Fact]
    public void SpecRef_Range_ReservesItsMaximum() => Assert.Equal(7, SpecRef.Of(Spec("""{"replicas":{"min":2,"max":7}}""")).Pods[0].Replicas);

    [Theory]
    [InlineData("Deployment", null)]
    [InlineData("StatefulSet", null)]
    [InlineData("Job", "Never")]
    [InlineData("CronJob", "Never")]
    public void ToTemplate_ShortForm_HasTheRestartPolicyThatItsKindNeeds(string kind, string? policy)
    {
        var workload = Spec(kind == "CronJob" ? """{"kind":"CronJob","cronJob":{"schedule":"@daily"}}""" : $$"""{"kind":"{{kind}}"}""").Workloads[0];

        Assert.Equal(policy, workload.ToTemplate().ToNode()["spec"]!["restartPolicy"]?.GetValue<string>());
    }

    [Fact]
    public void Write_DefaultsOfTheKind_LeaveTheStoredFormAsItWas() =>
        Assert.Equal(SpecJson.Write(Spec("{}")), SpecJson.Write(Spec("""{"kind":"Deployment","replicas":1}""")));

    [Fact]
    public void Write_EverySetting_SurvivesStorage()
    {
        var spec = Spec(
            """
            {"kind":"CronJob","cronJob":{"timeZone":"Etc/UTC","schedule":"1 2 * * *","concurrencyPolicy":"Replace"},"job":{"parallelism":2,"ttlSecondsAfterFinished":0}}
            """);

        var read = SpecJson.Read(SpecJson.Write(spec))!.Workloads[0];

        Assert.Equal(spec.Workloads[0] with { Ports = read.Ports, Env = read.Env, Command = read.Command, Args = read.Args }, read);
        Assert.Equal("""{"concurrencyPolicy":"Replace","schedule":"1 2 * * *","timeZone":"Etc/UTC"}""", read.CronJob!.Json);
    }

    [Fact]
    public void Parse_SettingsInAnotherOrder_AreTheSameRequest() => Assert.Equal(
        SpecRef.Of(Spec("""{"kind":"StatefulSet","statefulSet":{"minReadySeconds":1,"podManagementPolicy":"Parallel"}}""")),
        SpecRef.Of(Spec("""{"statefulSet":{"podManagementPolicy":"Parallel","minReadySeconds":1},"kind":"StatefulSet"}""")));

    [Fact]
    public void Parse_CronJobWithoutConcurrencyPolicy_GetsForbidWithANote()
    {
        var result = Parse("""{"kind":"CronJob","cronJob":{"schedule":"@daily"}}""");

        Assert.Equal("Forbid", result.Spec!.Workloads[0].CronJob!.Text("concurrencyPolicy"));
        Assert.Equal(("/workloads/0/cronJob/concurrencyPolicy", RequestNote.Defaulted), (result.Notes!.Single().Pointer, result.Notes!.Single().Code));
    }

    [Fact]
    public void Parse_Refusals_NameTheirRules()
    {
        var faults = Parse("""{"kind":"CronJob","cronJob":{"schedule":"@daily","concurrencyPolicy":"Allow","suspend":true},"job":{"template":{}}}""").Faults;

        Assert.Equal(["besideSettings", "concurrency", "suspension"], faults.Select(f => f.Rule).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SpecChanges_Kind_IsListedByItsSettings()
    {
        var before = Spec("""{"kind":"StatefulSet","replicas":2,"statefulSet":{"minReadySeconds":1}}""");

        Assert.Equal(
            ["/workloads/web/replicas Changed", "/workloads/web/statefulSet/minReadySeconds Changed"],
            Describe(before, Spec("""{"kind":"StatefulSet","replicas":{"min":1,"max":2},"statefulSet":{"minReadySeconds":2}}""")));
        Assert.Equal(
            ["/workloads/web/job Added", "/workloads/web/kind Changed", "/workloads/web/replicas Removed", "/workloads/web/statefulSet Removed"],
            Describe(before, Spec("""{"kind":"Job","job":{"parallelism":2}}""")));

        static IEnumerable<string> Describe(TenantSpec running, TenantSpec requested) => SpecChanges.Between(running, requested).Select(c => $"{c.Path} {c.Change}");
    }

    [Fact]
    public void SpecDifferences_Kind_PointIntoTheRequest()
    {
        var accepted = Spec("""{"replicas":{"min":1,"max":2}}""");

        Assert.Equal(["/workloads/0/replicas/max"], SpecDifferences.Between(Spec("""{"replicas":{"min":1,"max":3}}"""), accepted).Select(x => x.Pointer));
        Assert.Equal(["/workloads/0/job", "/workloads/0/kind", "/workloads/0/replicas"], SpecDifferences.Between(Spec("""{"kind":"Job","job":{"parallelism":3}}"""), accepted).Select(x => x.Pointer));
    }

    [Fact]
    public void ImmutableFields_ChangesOfAStatefulSet_ArePointedAt()
    {
        var running = Spec("""{"kind":"StatefulSet"}""");

        Assert.Equal(
            ["/workloads/0/statefulSet/podManagementPolicy", "/workloads/0/statefulSet/serviceName"],
            ImmutableFields.Between(running, Spec("""{"kind":"StatefulSet","statefulSet":{"podManagementPolicy":"Parallel","serviceName":"peers"}}""")).Select(f => f.Pointer));
        Assert.Empty(ImmutableFields.Between(running, Spec("""{"kind":"StatefulSet","replicas":4,"statefulSet":{"podManagementPolicy":"OrderedReady","serviceName":"web"}}""")));
        Assert.Empty(ImmutableFields.Between(running, Spec("""{"kind":"Deployment"}""")));
        Assert.Empty(ImmutableFields.Between(running, Spec("""{"name":"other","kind":"StatefulSet","statefulSet":{"podManagementPolicy":"Parallel"}}""")));
    }

    [Fact]
    public void ImmutableFields_ClaimTemplates_ArePointedAt()
    {
        var running = Spec($$$"""{"kind":"StatefulSet","statefulSet":{"volumeClaimTemplates":[{{{ClaimTemplateJson}}}]}}""");
        string[] pointer = ["/workloads/0/statefulSet/volumeClaimTemplates"];

        IEnumerable<string> Changed(string templates, string more = "") => ImmutableFields
            .Between(running, Spec($$$"""{"kind":"StatefulSet",{{{more}}}"statefulSet":{"volumeClaimTemplates":[{{{templates}}}]}}""")).Select(f => f.Pointer);
        Assert.Equal(pointer, Changed(ClaimTemplateJson.Replace("1Gi", "2Gi", StringComparison.Ordinal)));
        Assert.Equal(pointer, Changed(ClaimTemplateJson.Replace("\"spec\"", "\"onOffboard\":\"retain\",\"spec\"", StringComparison.Ordinal)));
        Assert.Equal(pointer, Changed(""));
        Assert.Empty(Changed(ClaimTemplateJson.Replace("1Gi", "1024Mi", StringComparison.Ordinal), "\"replicas\":5,"));
    }

    [Fact]
    public void SpecClaims_ClaimTemplates_AreNamedByOrdinals()
    {
        var spec = Spec($$$"""{"kind":"StatefulSet","replicas":{"min":1,"max":3},"statefulSet":{"ordinals":{"start":4},"volumeClaimTemplates":[{{{ClaimTemplateJson}}}]}}""");

        Assert.Equal(["data-web-4", "data-web-5", "data-web-6"], SpecClaims.Of(spec).Select(c => c.Name));
        Assert.Equal([("managed-csi", 1024, OffboardedVolume.Delete)], SpecClaims.OfPods(spec).Select(c => (c.StorageClassName, c.SizeMiB, c.OnOffboard)).Distinct());
        Assert.True(SpecRef.Of(spec).HasClaims);
        Assert.False(SpecRef.Of(Spec("""{"kind":"StatefulSet","statefulSet":{"ordinals":{"start":4}}}""")).HasClaims);
    }

    [Fact]
    public void JobContent_Hash_ChangesOnlyWithWhatAJobCannotChange()
    {
        static string Hash(string job, string image = "x") => JobContent.HashOf(Spec($$"""{"kind":"Job","image":"{{image}}","job":{{job}}}""").Workloads[0]);
        var hash = Hash("{}");

        Assert.Equal(hash, Hash("""{"backoffLimit":1,"parallelism":3,"activeDeadlineSeconds":5}"""));
        Assert.Equal(3, new[] { hash, Hash("""{"completions":2}"""), Hash("{}", "y") }.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void AsTemplated_AnyKind_KeepsItAndItsSettings()
    {
        var job = Spec("""{"kind":"Job","job":{"parallelism":3}}""").Workloads[0];

        var templated = job.AsTemplated();

        Assert.Equal((job.Kind, job.Job, job.Replicas, job.ToTemplate()), (templated.Kind, templated.Job, templated.Replicas, templated.PodTemplate));
        Assert.Equal(JobContent.HashOf(job), JobContent.HashOf(templated));
    }

    [Fact]
    public void GuestSize_JobWithInitContainerAndSidecar_CountsBoth()
    {
        var result = Parse(
            """
            {"kind":"Job","podTemplate":{"spec":{"restartPolicy":"Never",
              "initContainers":[{"name":"s","image":"x","restartPolicy":"Always","resources":{"limits":{"cpu":"1","memory":"1Gi"}}},
                {"name":"i","image":"x","resources":{"limits":{"cpu":"2","memory":"3Gi"}}}],
              "containers":[{"name":"c","image":"x","resources":{"limits":{"cpu":"500m","memory":"512Mi"}}}]}}}
            """);

        Assert.Empty(result.Faults);
        Assert.Equal((3000, 4096), (result.Spec!.Workloads[0].CpuMillis, result.Spec!.Workloads[0].MemoryMiB));
    }

    private static TenantSpec Spec(string workload)
    {
        var result = Parse(workload);
        Assert.Empty(result.Faults);
        return result.Spec!;
    }

    private static RequestParseResult Parse(string text)
    {
        var workload = JsonNode.Parse(text)!.AsObject();
        workload.TryAdd("name", "web");
        if (!workload.ContainsKey("podTemplate"))
        {
            workload.TryAdd("image", "x");
            workload.TryAdd("cpu", "1");
            workload.TryAdd("memory", "1Gi");
        }

        var request = new JsonObject { ["tenantId"] = "acme", ["revision"] = 1, ["tier"] = "pooled", ["workloads"] = new JsonArray(workload) };
        return TenantRequestParser.Parse(Encoding.UTF8.GetBytes(request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, RequestCase.Rules);
    }
}
