using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Convert;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Tests.Convert;

public sealed class KindMappingTests
{
    private const string Pods =
        "template: {metadata: {labels: {app: db}}, spec: {RESTART containers: [{name: main, image: \"registry.example/db:1\", resources: {limits: {cpu: 500m, memory: 256Mi}}}]}}";

    private static readonly ConversionOptions Options = new("acme", 1, "pooled", "500m", "512Mi");

    [Fact]
    public async Task Convert_StatefulSetWithItsServices_IsTakenInFull()
    {
        var conversion = await ConvertAsync(
            $"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec: {{replicas: 3, serviceName: db-peers, podManagementPolicy: Parallel, revisionHistoryLimit: 5, selector: {{matchLabels: {{app: db}}}}, {Template()}}}",
            "apiVersion: v1\nkind: Service\nmetadata: {name: db-peers}\nspec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}",
            "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}");

        Assert.True(conversion.IsComplete, string.Join('\n', conversion.Workloads.SelectMany(w => w.Notes).Select(n => n.Text)));
        var workload = Workload(conversion);
        Assert.Equal(("StatefulSet", 3), (workload["kind"]!.GetValue<string>(), workload["replicas"]!.GetValue<int>()));
        Assert.Equal("""{"podManagementPolicy":"Parallel","serviceName":"db-peers"}""", workload["statefulSet"]!.ToJsonString());
    }

    [Fact]
    public async Task Convert_SettingsThatAreRefused_AreTakenOutWithTheReason()
    {
        var conversion = await ConvertAsync(
            $"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec: {{serviceName: db, updateStrategy: {{type: OnDelete}}, selector: {{matchLabels: {{app: db}}}}, {Template()}}}");

        var note = Assert.Single(Assert.Single(conversion.Workloads).Notes, n => n.Kind == ConversionNoteKind.NotTaken);
        Assert.StartsWith("statefulSet.updateStrategy: ", note.Text, StringComparison.Ordinal);
        Assert.Null(Workload(conversion)["statefulSet"]);
    }

    [Fact]
    public async Task Convert_Job_IsTakenInFull()
    {
        var conversion = await ConvertAsync(
            $"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: db}}\nspec: {{backoffLimit: 2, ttlSecondsAfterFinished: 60, suspend: false, {Template("restartPolicy: Never,")}}}");

        Assert.True(conversion.IsComplete);
        Assert.Equal("""{"backoffLimit":2}""", Workload(conversion)["job"]!.ToJsonString());
        Assert.Null(Workload(conversion)["replicas"]);
        Assert.Contains(Assert.Single(conversion.Workloads).Notes, n => n.Text.StartsWith("job.ttlSecondsAfterFinished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Convert_CronJob_SaysThatRunsDontOverlap()
    {
        var conversion = await ConvertAsync(
            $"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: db}}\nspec: {{schedule: \"0 3 * * *\", jobTemplate: {{spec: {{ttlSecondsAfterFinished: 60, {Template("restartPolicy: OnFailure,")}}}}}}}");

        Assert.True(conversion.IsComplete);
        Assert.Equal("""{"schedule":"0 3 * * *","concurrencyPolicy":"Forbid"}""", Workload(conversion)["cronJob"]!.ToJsonString());
        Assert.Equal("""{"ttlSecondsAfterFinished":60}""", Workload(conversion)["job"]!.ToJsonString());
        Assert.Contains(Assert.Single(conversion.Workloads).Notes, n => n.Text.Contains("puts that one off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Convert_CronJobWithAnInterval_IsDropped()
    {
        var conversion = await ConvertAsync(
            $"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: db}}\nspec: {{schedule: \"@every 1h\", suspend: true, jobTemplate: {{spec: {{{Template("restartPolicy: OnFailure,")}}}}}}}",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {" + Template() + "}");

        Assert.Equal([ConversionVerdict.NotAtAll, ConversionVerdict.InFull], conversion.Workloads.Select(w => w.Verdict));
    }

    [Fact]
    public async Task Convert_Autoscaler_BecomesARange()
    {
        var conversion = await ConvertAsync(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec: {" + Template() + "}",
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: db}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: db}
              minReplicas: 2
              maxReplicas: 4
              metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
              behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
            """);

        Assert.True(conversion.IsComplete);
        Assert.Equal(
            """{"min":2,"max":4,"averageUtilization":{"cpu":60},"behavior":{"scaleDown":{"stabilizationWindowSeconds":60}}}""",
            Workload(conversion)["replicas"]!.ToJsonString());
    }

    [Fact]
    public async Task Convert_AutoscalerBeyondARequest_SaysWhatIsLost()
    {
        var conversion = await ConvertAsync(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec: {" + Template() + "}",
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: db}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: db}
              minReplicas: 0
              maxReplicas: 100
              metrics: [{type: Pods, pods: {metric: {name: hits}, target: {type: AverageValue, averageValue: "10"}}}]
            """);

        Assert.Equal("""{"min":1,"max":50}""", Workload(conversion)["replicas"]!.ToJsonString());
        Assert.Equal(3, Assert.Single(conversion.Workloads).Notes.Count(n => n.Kind == ConversionNoteKind.NotTaken));
    }

    private static string Template(string restart = "") => Pods.Replace("RESTART", restart, StringComparison.Ordinal);

    private static JsonNode Workload(Conversion conversion) => conversion.Request["workloads"]![0]!;

    private static async Task<Conversion> ConvertAsync(params string[] documents)
    {
        var manifests = await ManifestReader.ReadAsync(
            [ManifestReader.StandardInput], new StringReader(string.Join("\n---\n", documents)), CancellationToken.None);
        var conversion = RequestConversion.Convert(manifests, Options);
        Assert.Empty(TenantRequestParser.Parse(Encoding.UTF8.GetBytes(conversion.Request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch).Faults);
        return conversion;
    }
}
