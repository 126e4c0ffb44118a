namespace TenantSandbox.AksTwin.Tests;

/// <summary>What validation refuses in every version, with its status, reason, message and causes.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourRefusalTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    /// <summary>Fields of the spec of a pod, each with the field at fault and the message.</summary>
    public static TheoryData<string, string, string> Pods => new()
    {
        { "\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"e\"}]", "spec.ephemeralContainers", "Forbidden: cannot be set on create" },
        { Node("""{"matchExpressions":[{"key":"a","operator":"In"}]}"""), $"{NodePath}[0].matchExpressions[0].values",
            "Required value: must be specified when `operator` is 'In' or 'NotIn'" },
        { Node("""{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}"""), $"{NodePath}[0].matchExpressions[0].values",
            "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'" },
        { Node("""{"matchExpressions":[{"key":"a","operator":"Gt","values":["1","2"]}]}"""), $"{NodePath}[0].matchExpressions[0].values",
            "Required value: must be specified single value when `operator` is 'Lt' or 'Gt'" },
        { Node("""{"matchExpressions":[{"key":"a","operator":"Like","values":["1"]}]}"""), $"{NodePath}[0].matchExpressions[0].operator",
            "Invalid value: \"Like\": not a valid selector operator" },
        { Node("""{"matchFields":[{"key":"metadata.uid","operator":"In","values":["1"]}]}"""), $"{NodePath}[0].matchFields[0].key",
            "Invalid value: \"metadata.uid\": not a valid field selector key" },
        { Node("""{"matchFields":[{"key":"metadata.name","operator":"In","values":["1","2"]}]}"""), $"{NodePath}[0].matchFields[0].values",
            "Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector" },
        { Node(""), NodePath, "Required value: must have at least one node selector term" },
        { "\"affinity\":{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":101,\"preference\":{}}]}}",
            "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight", "Invalid value: 101: must be in the range 1-100" },
        { "\"affinity\":{\"podAntiAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":0,\"podAffinityTerm\":{\"topologyKey\":\"a\"}}]}}",
            "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight", "Invalid value: 0: must be in the range 1-100" },
        { "\"securityContext\":{\"seccompProfile\":{\"type\":\"Localhost\"}}", "spec.securityContext.seccompProfile.localhostProfile",
            "Required value: must be set when seccomp type is Localhost" },
        { "\"securityContext\":{\"sysctls\":[{\"name\":\"kernel.sem\",\"value\":\"1\"},{\"name\":\"kernel.sem\",\"value\":\"1\"}]}",
            "spec.securityContext.sysctls[1].name", "Duplicate value: \"kernel.sem\"" },
        { "\"tolerations\":[{\"operator\":\"Equal\",\"value\":\"a\"}]", "spec.tolerations[0].operator",
            "Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"" },
        { "\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\",\"tolerationSeconds\":1}]", "spec.tolerations[0].effect",
            "Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set" },
    };

    /// <summary>Fields of a container, as above.</summary>
    public static TheoryData<string, string, string> Containers => new()
    {
        { "\"securityContext\":{\"procMount\":\"None\"}", "securityContext.procMount", "Unsupported value: \"None\": supported values: \"Default\", \"Unmasked\"" },
        { "\"ports\":[{\"containerPort\":1,\"name\":\"a\"},{\"containerPort\":2,\"name\":\"a\"}]", "ports[1].name", "Duplicate value: \"a\"" },
        { "\"ports\":[{\"containerPort\":1,\"hostPort\":80},{\"containerPort\":2,\"hostPort\":80}]", "ports[1].hostPort", "Duplicate value: \"TCP//80\"" },
        { "\"ports\":[{\"containerPort\":1,\"hostPort\":70000}]", "ports[0].hostPort", "Invalid value: 70000: must be between 1 and 65535, inclusive" },
    };

    /// <summary>Path, manifest, field at fault and message.</summary>
    public static TheoryData<string, string, string, string> Others => new()
    {
        { "resourcequotas", Named("\"hard\":{\"services\":\"1\"},\"scopes\":[\"BestEffort\"]"), "spec.scopes",
            "Invalid value: [\"BestEffort\"]: unsupported scope applied to resource" },
        { "resourcequotas", Named("\"hard\":{\"pods\":\"1\"},\"scopes\":[\"Some\"]"), "spec.scopes", "Invalid value: [\"Some\"]: unsupported scope" },
        { "resourcequotas", Named("\"hard\":{\"pods\":\"1\"},\"scopes\":[\"Terminating\",\"NotTerminating\"]"), "spec.scopes",
            "Invalid value: [\"Terminating\",\"NotTerminating\"]: conflicting scopes" },
        { "resourcequotas", Named("\"hard\":{\"pods\":\"1\"},\"scopeSelector\":{\"matchExpressions\":[{\"scopeName\":\"PriorityClass\",\"operator\":\"In\"}]}"),
            "spec.scopeSelector.matchExpressions.values", "Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector" },
        { "limitranges", Named("\"limits\":[{\"type\":\"Pod\",\"max\":{\"cpu\":\"1\"}},{\"type\":\"Pod\",\"max\":{\"cpu\":\"1\"}}]"), "spec.limits[1].type",
            "Duplicate value: \"Pod\"" },
        { "limitranges", Named("\"limits\":[{\"type\":\"Pod\",\"default\":{\"cpu\":\"1\"}}]"), "spec.limits[0].default",
            "Forbidden: may not be specified when `type` is 'Pod'" },
        { "limitranges", Named("\"limits\":[{\"type\":\"PersistentVolumeClaim\"}]"), "spec.limits[0].limits",
            "Required value: either minimum or maximum storage value is required, but neither was provided" },
        { "limitranges", Named("\"limits\":[{\"type\":\"Container\",\"defaultRequest\":{\"cpu\":\"2\"},\"default\":{\"cpu\":\"1\"}}]"),
            "spec.limits[0].defaultRequest[cpu]", "Invalid value: \"2\": default request value 2 is greater than default limit value 1" },
        { "configmaps", """{"metadata":{"name":"x"},"data":{"..a":"1"}}""", "data[..a]", "Invalid value: \"..a\": must not start with '..'" },
        { "configmaps", """{"metadata":{"name":"x"},"binaryData":{"..":"YQ=="}}""", "binaryData[..]", "Invalid value: \"..\": must not be '..'" },
        { "secrets", """{"metadata":{"name":"x"},"data":{".":"YQ=="}}""", "data[.]", "Invalid value: \".\": must not be '.'" },
        { "secrets", """{"metadata":{"name":"x"},"type":"kubernetes.io/tls","data":{"tls.crt":""}}""", "data[tls.key]", "Required value" },
        { "secrets", """{"metadata":{"name":"x"},"type":"kubernetes.io/service-account-token"}""", "metadata.annotations[kubernetes.io/service-account.name]", "Required value" },
        { "services", Named("\"type\":\"LoadBalancer\",\"ports\":[{\"port\":10250}]"), "spec.ports[0]",
            "Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet" },
        { "services", Named("\"type\":\"NodePort\",\"clusterIP\":\"None\",\"ports\":[{\"port\":80}]"), "spec.clusterIPs[0]",
            "Invalid value: \"None\": may not be set to 'None' for NodePort services" },
        { "services", Named("\"ports\":[{\"port\":80,\"protocol\":\"HTTP\"}]"), "spec.ports[0].protocol",
            "Unsupported value: \"HTTP\": supported values: \"SCTP\", \"TCP\", \"UDP\"" },
    };

    private const string NodePath = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

    [Theory]
    [MemberData(nameof(Pods))]
    public Task Pod_Invalid_IsRefused(string fields, string field, string message) =>
        RefusesAsync("pods", $$"""{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}],{{fields}} } }""", field, message);

    [Theory]
    [MemberData(nameof(Containers))]
    public Task Container_Invalid_IsRefused(string fields, string field, string message) =>
        RefusesAsync("pods", $$"""{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i",{{fields}} }]} }""", $"spec.containers[0].{field}", message);

    [Theory]
    [MemberData(nameof(Others))]
    public Task Object_Invalid_IsRefused(string plural, string manifest, string field, string message) => RefusesAsync(plural, manifest, field, message);

    [Theory]
    [InlineData("""{"spec":{"tolerations":[{"key":"b","operator":"Exists"}]}}""", "spec.tolerations", "Forbidden: existing toleration can not be modified except its tolerationSeconds")]
    [InlineData("""{"spec":{"activeDeadlineSeconds":61}}""", "spec.activeDeadlineSeconds", "Invalid value: 61: must be less than or equal to previous value")]
    [InlineData("""{"spec":{"activeDeadlineSeconds":null}}""", "spec.activeDeadlineSeconds", "Invalid value: null: must not update from a positive integer to nil value")]
    [InlineData("""{"spec":{"containers":[]}}""", "spec.containers", "Forbidden: pod updates may not add or remove containers")]
    [InlineData("""{"spec":{"terminationGracePeriodSeconds":5}}""", "spec", "Forbidden: pod updates may not change fields other than")]
    [InlineData("""{"metadata":{"uid":"11111111-1111-1111-1111-111111111111"}}""", "metadata.uid", "Invalid value: \"11111111-1111-1111-1111-111111111111\": field is immutable")]
    [InlineData("""{"metadata":{"deletionGracePeriodSeconds":5}}""", "metadata.deletionGracePeriodSeconds", "Invalid value: 5: field is immutable")]
    public async Task Pod_PatchOfAFixedField_IsRefused(string patch, string field, string message)
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods";
        await Api.PostAsync(path, Manifests.Pod("x", extra: "\"activeDeadlineSeconds\":60,\"nodeSelector\":{\"none\":\"such\"},"));
        Check(await Api.MergeAsync($"{path}/x", patch), field, message);
    }

    [Fact]
    public async Task Patch_RevisionZero_IsAPatchWithoutPrecondition()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("x"));
        var reply = await Api.MergeAsync($"{path}/x", """{"metadata":{"resourceVersion":"0"},"data":{"a":"2"}}""");
        Assert.Equal((200, "2"), (reply.Status, reply.Body.GetString("data", "a")));
    }

    private async Task RefusesAsync(string plural, string manifest, string field, string message) =>
        Check(await Api.PostAsync($"/api/v1/namespaces/default/{plural}?dryRun=All", manifest), field, message);

    private void Check(ApiReply reply, string field, string message)
    {
        // Kubernetes 1.20 shows some values by their types in Go.
        var text = Api.Twin is null ? message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 1)..] : $"{field}: {message}";
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
        Assert.Contains(field, reply.CauseFields);
        Assert.Contains(text, reply.Text, StringComparison.Ordinal);
    }

    private static string Named(string spec) => $$"""{"metadata":{"name":"x"},"spec":{ {{spec}} } }""";

    private static string Node(string term) =>
        $$"""
        "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{{term}}]} } }
        """;
}
