using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Commands;
using TenantSandbox.Cli.Convert;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Tests.Convert;

public sealed class VolumeConversionTests
{
    private const string Settings =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\nimmutable: true\ndata: {mode: theirs, app.conf: \"a=1\\n\"}\n";

    private const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 8Gi}}}
        """;

    [Fact]
    public async Task Convert_ConfigMap_IsPartOfTheRequestAndReferencesStay()
    {
        var conversion = await ConvertAsync([], Workload(
            """
            envFrom: [{configMapRef: {name: settings}, prefix: APP_}]
            env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode, optional: true}}}, {name: NONE, valueFrom: {configMapKeyRef: {name: other, key: k, optional: true}}}]
            volumeMounts: [{name: files, mountPath: /etc/web}, {name: extra, mountPath: /etc/extra}]
            """,
            "volumes: [{name: files, configMap: {name: settings}}, {name: extra, configMap: {name: extra, optional: true}}]"), Settings);

        var map = Assert.Single(conversion.Request["configMaps"]!.AsArray())!;
        Assert.Equal(("settings", "a=1\n"), (map["name"]!.GetValue<string>(), map["data"]!["app.conf"]!.GetValue<string>()));
        Assert.Equal(["MODE"], ContainerOf(conversion)["env"]!.AsArray().Select(v => v!["name"]!.GetValue<string>()));
        Assert.Equal("/etc/web", Assert.Single(ContainerOf(conversion)["volumeMounts"]!.AsArray())!["mountPath"]!.GetValue<string>());
        Assert.Equal(ConversionVerdict.InFull, Assert.Single(conversion.Workloads).Verdict);
        Assert.True(conversion.IsComplete);
        AssertValid(conversion, InstallationRules.Default);
    }

    [Fact]
    public async Task Convert_ConfigMapThatIsMissing_LosesItsVolume()
    {
        var conversion = await ConvertAsync([], Workload(
            "volumeMounts: [{name: files, mountPath: /etc/web}]", "volumes: [{name: files, configMap: {name: absent}}]"), Settings);

        Assert.Null(conversion.Request["configMaps"]);
        Assert.Contains("The request has no ConfigMap of this name", Assert.Single(conversion.Workloads).Notes.Single(n => n.Kind == ConversionNoteKind.NotTaken).Text, StringComparison.Ordinal);
        AssertValid(conversion, InstallationRules.Default);
    }

    [Fact]
    public async Task Convert_Claims_GetTheGivenStorageClass()
    {
        var conversion = await ConvertAsync(["fast=managed-csi-premium", "managed-csi"], Workload(
            "volumeMounts: [{name: data, mountPath: /data}, {name: own, mountPath: /own}]",
            """
            volumes:
            - {name: data, persistentVolumeClaim: {claimName: data}}
            - {name: own, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}
            """), Claim);

        var claim = Assert.Single(conversion.Request["claims"]!.AsArray())!;
        Assert.Equal(("data", "managed-csi", "8Gi"), (claim["name"]!.GetValue<string>(), claim["storageClassName"]!.GetValue<string>(), claim["resources"]!["requests"]!["storage"]!.GetValue<string>()));
        Assert.Equal(["StorageClass/managed-csi", "StorageClass/managed-csi-premium"], conversion.Notes.Select(n => n.Subject));
        Assert.True(conversion.IsComplete);
        AssertValid(conversion, new InstallationRules
        {
            StorageClasses = [new("managed-csi", ["ReadWriteOnce"], 10240, 10240, false), new("managed-csi-premium", ["ReadWriteOnce"], 10240, 10240, false)],
        });
    }

    [Fact]
    public async Task Convert_ClaimWithoutStorageClass_IsReported()
    {
        var conversion = await ConvertAsync([], Workload(
            "volumeMounts: [{name: data, mountPath: /data}]", "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"), Claim);

        Assert.Null(conversion.Request["claims"]);
        var workload = Assert.Single(conversion.Workloads);
        Assert.Equal(ConversionVerdict.InPart, workload.Verdict);
        Assert.Contains(workload.Notes, n => n is { Subject: "PersistentVolumeClaim/data" } && n.Text.Contains("--storage-class", StringComparison.Ordinal));
        AssertValid(conversion, InstallationRules.Default);
    }

    [Fact]
    public async Task Convert_StatefulSetWithClaimTemplates_KeepsThem()
    {
        var conversion = await ConvertAsync(["managed-csi"], Workload("volumeMounts: [{name: data, mountPath: /data}]", "dnsPolicy: ClusterFirst", kind: "StatefulSet", spec:
            """
            volumeClaimTemplates:
            - metadata: {name: data, labels: {app: web}, annotations: {volume.beta.kubernetes.io/storage-class: fast}}
              spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """));

        var claim = Assert.Single(conversion.Request["workloads"]![0]!["statefulSet"]!["volumeClaimTemplates"]!.AsArray())!;
        Assert.Equal("managed-csi", claim["spec"]!["storageClassName"]!.GetValue<string>());
        Assert.Equal(ConversionVerdict.InFull, Assert.Single(conversion.Workloads).Verdict);
        AssertValid(conversion, new InstallationRules { StorageClasses = [new("managed-csi", ["ReadWriteOnce"], 10240, 10240, false)] });
    }

    [Fact]
    public async Task Convert_ClaimTemplateOfWhichSomethingIsRefused_KeepsTheRest()
    {
        var conversion = await ConvertAsync(["managed-csi"], Workload("volumeMounts: [{name: data, mountPath: /data}]", "dnsPolicy: ClusterFirst", kind: "StatefulSet", spec:
            """
            volumeClaimTemplates:
            - metadata: {name: data, annotations: {kubernetes.io/any: x}}
              spec: {accessModes: [ReadWriteOnce], volumeName: pv-1, resources: {requests: {storage: 1Gi}}}
            """));

        Assert.Equal("data", Assert.Single(ContainerOf(conversion)["volumeMounts"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Equal(ConversionVerdict.InPart, Assert.Single(conversion.Workloads).Verdict);
        AssertValid(conversion, new InstallationRules { StorageClasses = [new("managed-csi", ["ReadWriteOnce"], 10240, 10240, false)] });
    }

    [Fact]
    public async Task Convert_ClaimTemplateWithoutStorageClass_IsReportedAndLeftOut()
    {
        var conversion = await ConvertAsync([], Workload("volumeMounts: [{name: data, mountPath: /data}]", "dnsPolicy: ClusterFirst", kind: "StatefulSet", spec:
            """
            volumeClaimTemplates:
            - metadata: {name: data}
              spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """));

        var workload = Assert.Single(conversion.Workloads);
        Assert.Equal(ConversionVerdict.InPart, workload.Verdict);
        Assert.Contains(workload.Notes, n => n is { Subject: "StatefulSet/web" } && n.Text.Contains("--storage-class", StringComparison.Ordinal));
        AssertValid(conversion, InstallationRules.Default);
    }

    private static string Workload(string container, string pod, string kind = "Deployment", string spec = "replicas: 1") =>
        $"""
        apiVersion: apps/v1
        kind: {kind}
        metadata:
          name: web
        spec:
          {spec.ReplaceLineEndings("\n  ")}
          template:
            spec:
              {pod.ReplaceLineEndings("\n      ")}
              containers:
              - name: web
                image: registry.example/web:1
                resources:
                  limits:
                    cpu: 500m
                    memory: 256Mi
                {container.ReplaceLineEndings("\n        ")}
        """;

    private static async Task<Conversion> ConvertAsync(string[] storageClasses, params string[] documents)
    {
        using var input = new StringReader(string.Join("\n---\n", documents));
        var manifests = await ManifestReader.ReadAsync([ManifestReader.StandardInput], input, default);
        return RequestConversion.Convert(
            manifests, new ConversionOptions("acme", 1, "pooled", "500m", "512Mi") { StorageClasses = ConvertCommand.MapOf(storageClasses) });
    }

    private static JsonObject ContainerOf(Conversion conversion) =>
        conversion.Request["workloads"]![0]!["podTemplate"]!["spec"]!["containers"]![0]!.AsObject();

    private static void AssertValid(Conversion conversion, InstallationRules rules)
    {
        Assert.Empty(conversion.Faults);
        Assert.Empty(TenantRequestParser.Parse(Encoding.UTF8.GetBytes(conversion.Request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules).Faults);
    }
}
