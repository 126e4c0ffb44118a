using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What admission policies do to requests: whom they bind, what they see, and how a denial is answered.</summary>
public sealed class KubernetesPolicyVerdictTests
{
    private const string Root = "/apis/admissionregistration.k8s.io/v1";
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Denial_OverTheWire_IsWordedAsByKubernetes()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"'a' in object.data","message":"a is missing"}""");
        var reply = await api.PostAsync(ConfigMaps, ConfigMap("x", "b"));
        const string Message = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: a is missing";
        Assert.Equal((422, "Invalid", $"configmaps \"x\" is forbidden: {Message}"), (reply.Status, reply.Reason, reply.Text));
        Assert.Equal(("x", "configmaps"), (reply.Body.GetString("details", "name"), reply.Body.GetString("details", "kind")));
        Assert.Equal([Message], reply.Body.GetObjects("details", "causes").Select(c => c.GetString("message")));
        Assert.Equal(404, (await api.GetAsync($"{ConfigMaps}/x")).Status);

        // Every way of writing is judged, dry runs too.
        Assert.Equal(422, (await api.PostAsync($"{ConfigMaps}?dryRun=All", ConfigMap("x", "b"))).Status);
        Assert.Equal(201, (await api.PostAsync(ConfigMaps, ConfigMap("x", "a"))).Status);
        Assert.Equal(422, (await api.MergeAsync($"{ConfigMaps}/x", """{"data":{"a":null,"b":"1"}}""")).Status);
        Assert.Equal(422, (await api.ApplyAsync($"{ConfigMaps}/y", ConfigMap("y", "b"))).Status);
        Assert.Equal(422, (await api.SendAsync("PUT", $"{ConfigMaps}/x", ConfigMap("x", "b"))).Status);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{ConfigMaps}/x")).Status);
    }

    [Theory]
    [InlineData("\"reason\":\"Forbidden\"", 403, "Forbidden", "failed expression: object.data.a == 'x'")]
    [InlineData("\"reason\":\"Unauthorized\",\"message\":\"m\"", 401, "Unauthorized", "m")]
    [InlineData("\"messageExpression\":\"'not ' + object.data.a\",\"message\":\"m\"", 422, "Invalid", "not 1")]
    [InlineData("\"messageExpression\":\"object.data.c + ''\",\"message\":\"m\"", 422, "Invalid", "m")]
    [InlineData("\"messageExpression\":\"'  '\",\"message\":\"m\"", 422, "Invalid", "m")]
    public async Task Validation_ThatFails_GivesItsReasonAndMessage(string fields, int status, string reason, string message)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, $$"""{"expression":"object.data.a == 'x'",{{fields}}}""");
        var reply = await api.PostAsync(ConfigMaps, ConfigMap("x", "a"));
        Assert.Equal((status, reason), (reply.Status, reply.Reason));
        Assert.EndsWith($"denied request: {message}", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fail", 422)]
    [InlineData("Ignore", 201)]
    public async Task Expression_ThatFails_IsDecidedByTheFailurePolicy(string failurePolicy, int status)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"object.data.other == '1'"}""", $"\"failurePolicy\":\"{failurePolicy}\",");
        var reply = await api.PostAsync(ConfigMaps, ConfigMap("x", "a"));
        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 422, reply.Text.EndsWith("denied request: expression 'object.data.other == '1'' resulted in error: no such key: other", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("object.data.a == '2'", 201)]
    [InlineData("object.data.a == '1'", 422)]
    [InlineData("object.data.other == '1'", 422)]
    public async Task MatchCondition_DecidesWhetherAPolicyIsEvaluated(string condition, int status)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"false"}""", $$"""
            "matchConditions":[{"name":"c","expression":"{{condition}}"}],
            """);
        Assert.Equal(status, (await api.PostAsync(ConfigMaps, ConfigMap("x", "a"))).Status);
    }

    [Fact]
    public async Task Binding_ThatWarns_LetsTheRequestPass()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"false","message":"m"}""", actions: "\"Warn\",\"Audit\"");
        var reply = await api.PostAsync(ConfigMaps, ConfigMap("x", "a"));
        Assert.Equal(201, reply.Status);
        Assert.Equal("299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': m\"", reply.Message.Headers.GetValues("Warning").Single());
        Assert.False((await api.GetAsync(ConfigMaps)).Message.Headers.Contains("Warning"));
    }

    [Theory]
    [InlineData("x", "x", "x", null, 201)]
    [InlineData("x", "x", "y", null, 422)]
    [InlineData("none", "Allow", "y", null, 201)]
    [InlineData("none", "Deny", "y", "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction", 422)]
    public async Task Params_NamedByTheBinding_AreSeen(string param, string action, string key, string? message, int status)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await api.PostAsync(ConfigMaps, """{"metadata":{"name":"x"},"data":{"key":"x"}}""");
        await BindAsync(
            api, """{"expression":"params.data.key in object.data"}""", "\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"},",
            more: $$""","paramRef":{"name":"{{param}}","namespace":"default","parameterNotFoundAction":"{{(action == "x" ? "Deny" : action)}}"}""");
        var reply = await api.PostAsync(ConfigMaps, ConfigMap("y", key));
        Assert.Equal(status, reply.Status);
        Assert.EndsWith(message ?? "", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_OfARequest_IsTheTokenOrWhoIsImpersonated()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"false","messageExpression":"request.userInfo.username + ' ' + string(request.userInfo.groups.exists(g, g == 'system:serviceaccounts:apps'))"}""");
        var identity = $"x.{Convert.ToBase64String("""{"oid":"7d0b61f4"}"""u8).TrimEnd('=')}.y";
        foreach (var (token, name) in ((string, string)[])[("alice", "alice false"), (identity, "7d0b61f4 false"), ("system:serviceaccount:apps:one", "system:serviceaccount:apps:one true")])
        {
            Assert.EndsWith($"denied request: {name}", (await api.SendAsync("POST", ConfigMaps, ConfigMap("x", "a"), token: token)).Text, StringComparison.Ordinal);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Client.BaseUri, ConfigMaps)) { Content = new StringContent(ConfigMap("x", "a"), null, "application/json") };
        request.Headers.Authorization = new("Bearer", "alice");
        request.Headers.Add("Impersonate-User", "bob");
        request.Headers.Add("Impersonate-Group", "system:serviceaccounts:apps");
        Assert.Contains("denied request: bob true", await (await api.Client.HttpClient.SendAsync(request)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // kubectl, by the kubeconfig that the twin prints.
        var client = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(() =>
            k8s.CoreV1OperationsExtensions.CreateNamespacedConfigMapAsync(api.Client.CoreV1, new() { Metadata = new() { Name = "x" } }, "default"));
        Assert.Contains("denied request: masterclient false", client.Response.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_OfAController_IsJudgedAsWrittenByTheController()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(
            api, """{"expression":"object.spec.containers.all(c, c.image.startsWith('ok/'))","messageExpression":"'refused to ' + request.userInfo.username"}""",
            resources: "pods");
        var path = "/apis/apps/v1/namespaces/default/deployments";
        await api.PostAsync(path, Manifests.Deployment("bad", 1, "other/web:1"));
        await api.PostAsync(path, Manifests.Deployment("good", 1, "ok/web:1"));
        var pods = (await api.GetAsync("/api/v1/namespaces/default/pods")).Body.GetObjects("items").Select(p => p.GetString("metadata", "name"));
        Assert.StartsWith("good-", Assert.Single(pods), StringComparison.Ordinal);
        var failure = Condition.Find((await api.GetAsync($"{path}/bad")).Body, "ReplicaFailure");
        Assert.EndsWith("denied request: refused to system:serviceaccount:kube-system:replicaset-controller", failure.GetString("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_ChangedAndRemoved_TakeEffectAtOnce()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await BindAsync(api, """{"expression":"false"}""");
        Assert.Equal(422, (await api.PostAsync(ConfigMaps, ConfigMap("x", "a"))).Status);
        await api.MergeAsync($"{Root}/validatingadmissionpolicies/p", """{"spec":{"validations":[{"expression":"'a' in object.data"}]}}""");
        Assert.Equal(201, (await api.PostAsync(ConfigMaps, ConfigMap("x", "a"))).Status);
        Assert.Equal(422, (await api.PostAsync(ConfigMaps, ConfigMap("y", "b"))).Status);
        // Policies don't guard policies.
        await api.MergeAsync($"{Root}/validatingadmissionpolicies/p", """
            {"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]},
            "validations":[{"expression":"false"}]}}
            """);
        Assert.Equal(422, (await api.SendAsync("DELETE", $"{ConfigMaps}/x")).Status);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{Root}/validatingadmissionpolicybindings/b")).Status);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{ConfigMaps}/x")).Status);
    }

    private static string ConfigMap(string name, string key) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{"{{key}}":"1"} }""";

    /// <summary>Creates a policy p, about the creation and updates of a kind of the core group, and its binding b.</summary>
    private static async Task BindAsync(KubernetesServer api, string validation, string spec = "", string actions = "\"Deny\"", string more = "", string resources = "configmaps")
    {
        var policy = await api.PostAsync($"{Root}/validatingadmissionpolicies", $$"""
            {"metadata":{"name":"p"},"spec":{ {{spec}} "validations":[{{validation}}],"matchConstraints":{"resourceRules":[
            {"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["{{resources}}"]}]} } }
            """);
        Assert.Equal((201, policy.Text), (policy.Status, policy.Text));
        var binding = await api.PostAsync($"{Root}/validatingadmissionpolicybindings", $$"""
            {"metadata":{"name":"b"},"spec":{"policyName":"p","validationActions":[{{actions}}]{{more}} } }
            """);
        Assert.Equal((201, binding.Text), (binding.Status, binding.Text));
    }
}
