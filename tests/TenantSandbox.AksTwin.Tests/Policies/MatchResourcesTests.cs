using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.Policies;

namespace TenantSandbox.AksTwin.Tests.Policies;

/// <summary>Which requests a policy or binding is about.</summary>
public sealed class MatchResourcesTests
{
    private const string Pods = "\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]";

    [Theory]
    [InlineData("pods", "v1", "CREATE", "*", true)]
    [InlineData("*", "*", "*", "Namespaced", true)]
    [InlineData("pods", "v1", "CREATE", "Cluster", false)]
    [InlineData("pods", "v2", "CREATE", "*", false)]
    [InlineData("pods", "v1", "UPDATE", "*", false)]
    [InlineData("services", "v1", "CREATE", "*", false)]
    [InlineData("pods/status", "v1", "CREATE", "*", false)]
    [InlineData("pods/*", "v1", "CREATE", "*", true)]
    [InlineData("*/*", "v1", "CREATE", "*", true)]
    public void Rule_OfAPod_MatchesByEachOfItsParts(string resource, string version, string operation, string scope, bool isMatch) => Assert.Equal(isMatch, Matches(
        $$"""{"resourceRules":[{"apiGroups":["","apps"],"apiVersions":["{{version}}"],"operations":["{{operation}}"],"resources":["x","{{resource}}"],"scope":"{{scope}}"}]}"""));

    [Theory]
    [InlineData("status", "pods", false)]
    [InlineData("status", "*", false)]
    [InlineData("status", "pods/status", true)]
    [InlineData("status", "*/status", true)]
    [InlineData("status", "pods/*", true)]
    [InlineData("binding", "pods/status", false)]
    public void Rule_OfASubresource_NamesIt(string subresource, string resource, bool isMatch) => Assert.Equal(isMatch, Matches(
        $$"""{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["{{resource}}"]}]}""", subresource: subresource));

    [Theory]
    [InlineData("\"operations\":[\"CREATE\"]", false)]
    [InlineData("\"operations\":[\"DELETE\"]", true)]
    [InlineData("\"operations\":[\"CREATE\"],\"resourceNames\":[\"web\"]", false)]
    [InlineData("\"operations\":[\"CREATE\"],\"resourceNames\":[\"other\"]", true)]
    public void ExcludedRule_ThatMatches_LeavesTheRequestOut(string rule, bool isMatch) =>
        Assert.Equal(isMatch, Matches($$"""{"excludeResourceRules":[{ {{Pods}},{{rule}} }]}"""));

    [Theory]
    [InlineData("""{"objectSelector":{"matchLabels":{"new":"1"} } }""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"old":"1"} } }""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"old":"1","new":"1"} } }""", false)]
    [InlineData("""{"objectSelector":{"matchExpressions":[{"key":"other","operator":"DoesNotExist"}]} }""", true)]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"in":"ns"} } }""", true)]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"in":"other"} } }""", false)]
    [InlineData("{}", true)]
    public void Selectors_LookAtBothObjectsAndTheNamespace(string match, bool isMatch) => Assert.Equal(isMatch, Matches(match));

    [Theory]
    [InlineData("other", "", true)]
    [InlineData("namespaces", "new", true)]
    [InlineData("namespaces", "old", false)]
    public void NamespaceSelector_OfWhatHasNoNamespace_SelectsItUnlessItIsANamespaceWithOtherNewLabels(string resource, string label, bool isMatch) => Assert.Equal(
        isMatch, Matches($$"""{"namespaceSelector":{"matchLabels":{"{{label}}":"1"} } }""", resource, ns: resource == "namespaces" ? "web" : ""));

    private static bool Matches(string match, string resource = "pods", string ns = "ns", string subresource = "")
    {
        var store = new ObjectStore(new(null), "kube/");
        store.Put(new(Kinds.Namespaces, "", "ns"), Labelled("in", "ns"));
        return new MatchResources(JsonTemplate.Parse(match)).Matches(
            new("CREATE", "", "v1", "Pod", resource, subresource, ns, "web", Labelled("new", "1"), Labelled("old", "1"), UserInfo.ApiServer), store);
    }

    private static JsonObject Labelled(string key, string value) => new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } };
}
