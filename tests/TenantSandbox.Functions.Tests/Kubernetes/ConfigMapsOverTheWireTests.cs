using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>ConfigMaps of running tenants.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ConfigMapsOverTheWireTests(ClusterFixture cluster)
{
    private const string Reads =
        """
        {"spec":{"containers":[{"name":"shop","image":"registry.example/shop:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
            "envFrom":[{"configMapRef":{"name":"settings"}}],"volumeMounts":[{"name":"files","mountPath":"/etc/shop"}]}],
          "volumes":[{"name":"files","configMap":{"name":"settings","items":[{"key":"level","path":"level"}]}}]}}
        """;

    [Fact]
    public async Task ApplyWorkloads_ConfigMap_IsAppliedOnceAndItsChangeReplacesThePods()
    {
        var tenant = await cluster.RunAsync(Tenant(Reads));
        var applied = await ReadConfigMapAsync(tenant);
        var before = await cluster.ReadDeploymentAsync(tenant, "shop");

        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        Assert.Equal("debug", applied.Data["level"]);
        Assert.Equal(tenant.TenantId, applied.Metadata.Labels[Labels.Tenant]);
        Assert.Equal(before.Metadata.Generation, (await cluster.ReadDeploymentAsync(tenant, "shop")).Metadata.Generation);
        Assert.Empty(await cluster.FindDriftAsync(tenant));

        var changed = tenant with { Revision = 8, Spec = tenant.Spec with { ConfigMaps = [new("settings", new Dictionary<string, string> { ["level"] = "info" })] } };
        await cluster.RunAsync(changed);

        var after = await cluster.ReadDeploymentAsync(tenant, "shop");
        Assert.Equal("info", (await ReadConfigMapAsync(tenant)).Data["level"]);
        Assert.NotEqual(before.Spec.Template.Metadata.Annotations[Labels.ConfigHash], after.Spec.Template.Metadata.Annotations[Labels.ConfigHash]);
        Assert.Empty(await cluster.FindDriftAsync(changed));
    }

    [Fact]
    public async Task Inspect_ConfigMaps_NamesKeysAndNeverValues()
    {
        var tenant = await cluster.RunAsync(Tenant(Reads));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(new { data = new { level = "stranger" } }, V1Patch.PatchType.MergePatch), "settings", ns, fieldManager: "kubectl");
        await cluster.Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = NamespaceManifest.Metadata("old", tenant, Sample.Options) }, ns);

        var drift = await cluster.FindDriftAsync(tenant);

        Assert.Equal(
            ["FieldOwnedByOther ConfigMap/settings data.level: differs; set by kubectl, so it is not overwritten", "ObjectExtra ConfigMap/old : is not part of the spec"],
            drift.Order(StringComparer.Ordinal));
        await cluster.Client.CoreV1.DeleteNamespacedConfigMapAsync("settings", ns);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        Assert.Empty(await cluster.FindDriftAsync(tenant));
    }

    private DesiredTenant Tenant(string template)
    {
        var parsed = Templates.ParseWorkload($$"""{"name":"shop","podTemplate":{{template}}}""", properties: """{"configMaps":[{"name":"settings","data":{"level":"debug"}}]}""");
        Assert.Empty(parsed.Faults);
        return cluster.NewTenant() with { Spec = parsed.Spec! };
    }

    private Task<V1ConfigMap> ReadConfigMapAsync(DesiredTenant tenant) =>
        cluster.Client.CoreV1.ReadNamespacedConfigMapAsync("settings", NamespaceManifest.NameOf(tenant.TenantId));
}
