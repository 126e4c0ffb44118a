using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Fields of pods, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourPodsTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Pod_EveryFieldOfItsContainers_IsAcceptedWithItsDefaults()
    {
        var ns = await Api.CreateNamespaceAsync();
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", """
            {"metadata":{"name":"p"},"spec":{"terminationGracePeriodSeconds":45,"activeDeadlineSeconds":3600,"hostname":"h","subdomain":"s",
            "securityContext":{"runAsUser":1000,"fsGroup":2000,"supplementalGroups":[3000],"fsGroupChangePolicy":"OnRootMismatch"},
            "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"a":"b"}}}],
            "volumes":[{"name":"e","emptyDir":{"sizeLimit":"1Gi","medium":"Memory"}},{"name":"c","configMap":{"name":"c","optional":true,"items":[{"key":"a","path":"b"}]}},
            {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"downwardAPI":{"items":[{"path":"n","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}],
            "initContainers":[{"name":"i","image":"i","command":["a"],"volumeMounts":[{"name":"e","mountPath":"/e"}]}],
            "containers":[{"name":"c","image":"c","envFrom":[{"prefix":"P_","configMapRef":{"name":"c","optional":true}}],
            "env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.memory"}}},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "lifecycle":{"preStop":{"httpGet":{"port":80}},"postStart":{"exec":{"command":["a"]}}},
            "livenessProbe":{"tcpSocket":{"port":"web"},"initialDelaySeconds":5},"startupProbe":{"httpGet":{"port":80,"httpHeaders":[{"name":"A","value":"b"}]},"failureThreshold":30},
            "readinessProbe":{"exec":{"command":["a"]},"successThreshold":2},"ports":[{"name":"web","containerPort":80}],"volumeMounts":[{"name":"e","mountPath":"/e","readOnly":true}]}]}}
            """);
        Assert.Equal((201, reply.Text), (reply.Status, reply.Text));
        var container = reply.Body.GetObjects("spec", "containers").Single();
        Assert.Equal(("/", "HTTP"), (container.GetString("lifecycle", "preStop", "httpGet", "path"), container.GetString("lifecycle", "preStop", "httpGet", "scheme")));
        Assert.Equal((1L, 30L), (container.GetInteger("startupProbe", "timeoutSeconds"), container.GetInteger("startupProbe", "failureThreshold")));
        Assert.Equal("0", container.GetObjects("env").First().GetString("valueFrom", "resourceFieldRef", "divisor"));
        var projected = reply.Body.GetObjects("spec", "volumes").Single(v => v.GetString("name") == "p").GetObjects("projected", "sources").ToList();
        Assert.Equal((3600L, "v1"), (projected[0].GetInteger("serviceAccountToken", "expirationSeconds"), projected[1].GetObjects("downwardAPI", "items").Single().GetString("fieldRef", "apiVersion")));
    }

    [Theory]
    [InlineData("\"restartPolicy\":\"Sometimes\",", "spec.restartPolicy")]
    [InlineData("\"activeDeadlineSeconds\":0,", "spec.activeDeadlineSeconds")]
    [InlineData("\"securityContext\":{\"runAsUser\":-1},", "spec.securityContext.runAsUser")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},\"configMap\":{\"name\":\"c\"}}],", "spec.volumes[0].configMap")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"secret\":{}}],", "spec.volumes[0].secret.secretName")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"persistentVolumeClaim\":{}}],", "spec.volumes[0].persistentVolumeClaim.claimName")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{\"sizeLimit\":\"-1\"}}],", "spec.volumes[0].emptyDir.sizeLimit")]
    [InlineData("\"initContainers\":[{\"name\":\"c\",\"image\":\"i\"}],", "spec.initContainers[0].name")]
    [InlineData("\"initContainers\":[{\"name\":\"i\",\"image\":\"i\",\"readinessProbe\":{\"tcpSocket\":{\"port\":1}}}],", "spec.initContainers[0].readinessProbe")]
    [InlineData("\"topologySpreadConstraints\":[{\"maxSkew\":0,\"topologyKey\":\"k\",\"whenUnsatisfiable\":\"DoNotSchedule\"}],", "spec.topologySpreadConstraints[0].maxSkew")]
    public async Task Pod_InvalidField_IsNamed(string extra, string path)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", extra: extra));
        Assert.Equal((422, reply.Text), (reply.Status, reply.Text));
        Assert.Contains(path, reply.CauseFields);
    }

    [Theory]
    [InlineData("\"livenessProbe\":{\"tcpSocket\":{\"port\":1},\"successThreshold\":2}", "livenessProbe.successThreshold")]
    [InlineData("\"livenessProbe\":{\"tcpSocket\":{\"port\":1},\"exec\":{\"command\":[\"a\"]}}", "livenessProbe.tcpSocket")]
    [InlineData("\"livenessProbe\":{\"periodSeconds\":-1,\"tcpSocket\":{\"port\":1}}", "livenessProbe.periodSeconds")]
    [InlineData("\"lifecycle\":{\"preStop\":{}}", "lifecycle.preStop")]
    [InlineData("\"envFrom\":[{}]", "envFrom")]
    [InlineData("\"volumeMounts\":[{\"name\":\"none\",\"mountPath\":\"/a\"}]", "volumeMounts[0].name")]
    public async Task Container_InvalidField_IsNamed(string field, string path)
    {
        var pod = Manifests.Pod("p").Replace("\"name\":\"c\",", $"\"name\":\"c\",{field},", StringComparison.Ordinal);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", pod);
        Assert.Equal((422, reply.Text), (reply.Status, reply.Text));
        Assert.Contains($"spec.containers[0].{path}", reply.CauseFields);
    }

    [Fact]
    public async Task Quota_InitContainer_CountsTheLargerOfBoth()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"1Gi","requests.cpu":"1"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard") is not null);
        var unspecified = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: """ "initContainers":[{"name":"i","image":"i"}],"""));
        Assert.Equal(403, unspecified.Status);
        Assert.Contains("must specify requests.cpu", unspecified.Text, StringComparison.Ordinal);
        var extra = """ "initContainers":[{"name":"i","image":"i","resources":{"requests":{"cpu":"10m","memory":"256Mi"}}}],""";
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: extra))).Status);
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o =>
            o.GetString("status", "used", "requests.memory") == "256Mi" && o.GetString("status", "used", "requests.cpu") == "100m");
    }

    [Fact]
    public async Task LimitRange_InitContainer_GetsTheDefaults()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """{"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"memory":"64Mi"},"max":{"memory":"128Mi"}}]}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/limitranges", o => o.GetString("metadata", "name") == "l");
        var pod = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: """ "initContainers":[{"name":"i","image":"i"}],"""));
        Assert.Equal("64Mi", pod.Body.GetObjects("spec", "initContainers").Single().GetString("resources", "limits", "memory"));
        var extra = """ "initContainers":[{"name":"i","image":"i","resources":{"limits":{"memory":"256Mi"}}}],""";
        Assert.Equal(403, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("q", extra: extra))).Status);
    }
}
