using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Baseline;

public sealed class BaselineComparisonTests
{
    private static readonly IKubernetesObject<V1ObjectMeta>[] Baseline =
    [
        .. KataSizing.Documented.Select(c => RuntimeClassManifest.RuntimeClass(c, KataNames.Of(KataNameSet.Current))),
        PriorityClassManifest.PriorityClass(),
        .. PolicyManifests.Policies("tenantsandbox"),
        PolicyManifests.Settings("tenantsandbox", PolicySettings.Data(new TenantSandboxOptions(), "me")),
    ];

    [Fact]
    public void Compare_WithTheServersDefaults_FindsNothing() => Assert.All(Baseline, wanted =>
    {
        var found = Clone(wanted);
        AddDefaults(found);
        found.Metadata.Labels["team"] = "blue";
        found.Metadata.Annotations = new Dictionary<string, string> { ["note"] = "by hand" };

        Assert.Empty(BaselineComparison.Compare(wanted, found));
    });

    /// <summary>Every value of every object, changed and removed: none is too small to weaken a policy.</summary>
    [Fact]
    public void Compare_AnyValueChangedOrRemoved_IsADifference()
    {
        var changes = 0;
        foreach (var wanted in Baseline)
        {
            var json = Parse(wanted);
            foreach (var leaf in Leaves(json).Where(l => !l.StartsWith("$.apiVersion", StringComparison.Ordinal) && l != "$.kind").ToArray())
            {
                foreach (var isRemoved in (bool[])[true, false])
                {
                    var changed = Change(json, leaf, isRemoved);
                    // A list can't hold nothing in the place of a text.
                    if (changed is null || leaf.StartsWith("$.metadata.name", StringComparison.Ordinal))
                    {
                        continue;
                    }

                    var found = Read(changed, wanted);
                    var isDefault = isRemoved && leaf.EndsWith(".failurePolicy", StringComparison.Ordinal);
                    Assert.True(isDefault || BaselineComparison.Compare(wanted, found).Count > 0, $"{wanted.Kind}/{wanted.Metadata.Name}: {leaf}, removed: {isRemoved}");
                    changes++;
                }
            }
        }

        Assert.InRange(changes, 500, int.MaxValue);
    }

    [Fact]
    public void Compare_ExceptionInABinding_IsADifference()
    {
        var wanted = Baseline.OfType<V1ValidatingAdmissionPolicyBinding>().First();
        var found = (V1ValidatingAdmissionPolicyBinding)Clone(wanted);
        found.Spec.MatchResources.ExcludeResourceRules =
            [new V1NamedRuleWithOperations { ApiGroups = ["*"], ApiVersions = ["*"], Operations = ["*"], Resources = ["*"] }];

        Assert.StartsWith("spec.matchResources.excludeResourceRules should not be set", Assert.Single(BaselineComparison.Compare(wanted, found)), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_UserAddedToTheSettings_IsADifference()
    {
        var wanted = Baseline.OfType<V1ConfigMap>().Single();
        var found = (V1ConfigMap)Clone(wanted);
        found.Data["user.more"] = "mallory";

        Assert.Equal("data.user.more should not be set, is mallory", Assert.Single(BaselineComparison.Compare(wanted, found)));
    }

    [Fact]
    public void Compare_Namespace_LooksAtTheLabelsOnly()
    {
        var wanted = PolicyManifests.Namespace("tenantsandbox");
        var found = (V1Namespace)Clone(wanted);
        (found.Spec, found.Status) = (new V1NamespaceSpec { Finalizers = ["kubernetes"] }, new V1NamespaceStatus { Phase = "Active" });
        Assert.Empty(BaselineComparison.Compare(wanted, found));

        found.Metadata.Labels.Remove(Labels.PoliciesOf);

        Assert.Equal("metadata.labels.tenantsandbox/policies-of is missing", Assert.Single(BaselineComparison.Compare(wanted, found)));
    }

    private static void AddDefaults(IKubernetesObject<V1ObjectMeta> item)
    {
        var match = item switch
        {
            V1ValidatingAdmissionPolicy p => p.Spec.MatchConstraints,
            V1ValidatingAdmissionPolicyBinding b => b.Spec.MatchResources,
            _ => null,
        };
        if (match is not null)
        {
            match.MatchPolicy = "Equivalent";
            match.NamespaceSelector ??= new V1LabelSelector();
            match.ObjectSelector ??= new V1LabelSelector();
            foreach (var rule in match.ResourceRules ?? [])
            {
                rule.Scope ??= "*";
            }
        }

        if (item is V1PriorityClass priority)
        {
            priority.GlobalDefault = false;
        }
    }

    private static IEnumerable<string> Leaves(JsonNode node) => node switch
    {
        JsonObject fields => fields.SelectMany(f => Leaves(f.Value!)),
        JsonArray items => items.SelectMany(i => Leaves(i!)),
        _ => [node.GetPath()],
    };

    private static JsonObject? Change(JsonObject json, string path, bool isRemoved)
    {
        var copy = json.DeepClone().AsObject();
        var leaf = Find(copy, path);
        switch (leaf.Parent)
        {
            case JsonObject fields when isRemoved:
                fields.Remove(leaf.GetPropertyName());
                break;
            case JsonArray items when isRemoved:
                items.RemoveAt(leaf.GetElementIndex());
                break;
            default:
                leaf.ReplaceWith(leaf.GetValueKind() == System.Text.Json.JsonValueKind.Number ? JsonValue.Create(7) : JsonValue.Create("7"));
                break;
        }

        return copy;
    }

    private static JsonNode Find(JsonNode node, string path) =>
        node.GetPath() == path
            ? node
            : (node switch { JsonObject o => o.Select(f => f.Value!), JsonArray a => a.Select(i => i!), _ => [] }).First(c => Contains(c.GetPath(), path)) is var next
                ? Find(next, path)
                : throw new ArgumentException($"{path} isn't in the object.", nameof(path));

    private static bool Contains(string parent, string path) =>
        path == parent || (path.StartsWith(parent, StringComparison.Ordinal) && path[parent.Length] is '.' or '[');

    private static IKubernetesObject<V1ObjectMeta> Clone(IKubernetesObject<V1ObjectMeta> item) => Read(Parse(item), item);

    private static JsonObject Parse(IKubernetesObject<V1ObjectMeta> item) => JsonNode.Parse(KubernetesJson.Serialize((object)item))!.AsObject();

    private static IKubernetesObject<V1ObjectMeta> Read(JsonObject json, IKubernetesObject<V1ObjectMeta> like) => like switch
    {
        V1RuntimeClass => KubernetesJson.Deserialize<V1RuntimeClass>(json.ToJsonString()),
        V1PriorityClass => KubernetesJson.Deserialize<V1PriorityClass>(json.ToJsonString()),
        V1ValidatingAdmissionPolicy => KubernetesJson.Deserialize<V1ValidatingAdmissionPolicy>(json.ToJsonString()),
        V1ValidatingAdmissionPolicyBinding => KubernetesJson.Deserialize<V1ValidatingAdmissionPolicyBinding>(json.ToJsonString()),
        V1Namespace => KubernetesJson.Deserialize<V1Namespace>(json.ToJsonString()),
        _ => KubernetesJson.Deserialize<V1ConfigMap>(json.ToJsonString()),
    };
}
