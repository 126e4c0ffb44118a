using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>How ValidatingAdmissionPolicies and their bindings are stored and served, and refused where they can't be evaluated.</summary>
public sealed class KubernetesAdmissionPolicyTests
{
    private const string Root = "/apis/admissionregistration.k8s.io/v1";
    private const string Policies = $"{Root}/validatingadmissionpolicies";
    private const string Bindings = $"{Root}/validatingadmissionpolicybindings";

    private const string Policy = """
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"p"},"spec":{
        "paramKind":{"apiVersion":"v1","kind":"ConfigMap"},
        "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["secrets"]}]},
        "validations":[{"expression":"has(object.data)","message":"no data"}]}}
        """;

    private const string Binding = """
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"b"},"spec":{
        "policyName":"p","validationActions":["Deny"],"paramRef":{"name":"c","namespace":"n","parameterNotFoundAction":"Deny"},
        "matchResources":{"namespaceSelector":{"matchLabels":{"a":"b"}}}}}
        """;

    [Fact]
    public async Task PolicyAndBinding_AppliedAndRead_AreServedLikeOthers()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var policy = await api.ApplyAsync($"{Policies}/p", Policy);
        Assert.Equal((201, policy.Text), (policy.Status, policy.Text));
        var stored = (await api.GetAsync($"{Policies}/p")).Body;
        Assert.Equal(("Fail", "Equivalent"), (stored.GetString("spec", "failurePolicy"), stored.GetString("spec", "matchConstraints", "matchPolicy")));
        Assert.Equal("*", stored.GetObjects("spec", "matchConstraints", "resourceRules").Single().GetString("scope"));
        Assert.Equal((1L, 1L), (stored.GetInteger("metadata", "generation"), stored.GetInteger("status", "observedGeneration")));
        Assert.Equal(["p", "1", "v1/ConfigMap"], await api.CellsAsync(Policies, 3));
        var binding = await api.ApplyAsync($"{Bindings}/b", Binding);
        Assert.Equal((201, binding.Text), (binding.Status, binding.Text));
        Assert.Equal(["b", "p", "n/c"], await api.CellsAsync(Bindings, 3));

        // Nothing is written when the same is applied again.
        foreach (var (path, manifest) in ((string, string)[])[($"{Policies}/p", Policy), ($"{Bindings}/b", Binding)])
        {
            var before = (await api.GetAsync(path)).Body.GetString("metadata", "resourceVersion");
            Assert.Equal((200, before), ((await api.ApplyAsync(path, manifest)).Status, (await api.GetAsync(path)).Body.GetString("metadata", "resourceVersion")));
        }

        var resources = (await api.GetAsync(Root)).Body.GetObjects("resources").ToDictionary(r => r.GetString("name")!, r => r.GetBoolean("namespaced"));
        Assert.False(resources["validatingadmissionpolicies"] | resources["validatingadmissionpolicybindings"]);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{Policies}/p")).Status);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{Bindings}/b")).Status);
        Assert.Empty((await api.GetAsync(Bindings)).Body.GetObjects("items"));
    }

    [Theory]
    [InlineData("\"matchConstraints\"", "\"status\":{},\"auditAnnotations\"", 400)]
    [InlineData("\"operations\":[\"CREATE\"]", "\"operations\":[\"PATCH\"]", 422)]
    [InlineData("\"kind\":\"ConfigMap\"", "\"kind\":\"\"", 422)]
    [InlineData("{\"expression\":\"has(object.data)\",\"message\":\"no data\"}", "", 422)]
    [InlineData("\"message\":\"no data\"", "\"message\":\"two\\nlines\"", 422)]
    public async Task Policy_Invalid_IsRefused(string valid, string invalid, int status)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync($"{Policies}?fieldValidation=Strict", Policy.Replace(valid, invalid, StringComparison.Ordinal));
        Assert.Equal((status, reply.Text), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("quantity(object.x) > 1", "validations[0].expression",
        "compilation failed: ERROR: <input>:1:9: undeclared reference to 'quantity' (in container '')\n | quantity(object.x) > 1\n | ........^")]
    [InlineData("authorizer.group('').check('get').allowed()", "validations[0].expression", "compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer'")]
    [InlineData("object.data", "validations[0].expression", "must evaluate to bool but got dyn")]
    [InlineData("variables.x == 1", "validations[0].expression", "compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables'")]
    public async Task Policy_ThatCantBeEvaluated_IsRefusedWithItsExpression(string expression, string field, string reason)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync(Policies, Policy.Replace("has(object.data)", expression, StringComparison.Ordinal));
        Assert.Equal((422, $"spec.{field}"), (reply.Status, reply.CauseFields.Single()));
        Assert.Contains($"spec.{field}: Invalid value: {JsonValue.Create(expression).ToJsonString()}: {reason}", reply.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await api.GetAsync($"{Policies}/p")).Status);
    }

    [Theory]
    [InlineData("[\"Deny\"]", "[]", "spec.validationActions")]
    [InlineData("[\"Deny\"]", "[\"Deny\",\"Warn\"]", "spec.validationActions")]
    [InlineData("[\"Deny\"]", "[\"Refuse\"]", "spec.validationActions[0]")]
    [InlineData("\"policyName\":\"p\",", "", "spec.policyName")]
    [InlineData("\"name\":\"c\",", "", "spec.paramRef")]
    [InlineData(",\"parameterNotFoundAction\":\"Deny\"", "", "spec.paramRef.parameterNotFoundAction")]
    public async Task Binding_InvalidField_IsNamed(string valid, string invalid, string path)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync(Bindings, Binding.Replace(valid, invalid, StringComparison.Ordinal));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.Single()));
    }
}
