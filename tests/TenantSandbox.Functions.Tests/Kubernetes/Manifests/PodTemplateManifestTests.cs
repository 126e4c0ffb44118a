using k8s;
using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class PodTemplateManifestTests
{
    private static readonly WorkloadSpec Shop = Templates.Workload(Templates.Shop);

    [Fact]
    public void Render_Template_MatchesGoldenFile()
    {
        var tenant = Sample.Placed("acme", [Shop]);

        Golden.Compare("template.yaml", KubernetesYaml.SerializeAll((object[])
        [
            DeploymentManifest.Deployment(Shop, tenant, Sample.Options), .. ServiceManifest.Services(Shop, tenant, Sample.Options),
            QuotaManifest.Quota(tenant, Sample.Options), QuotaManifest.Limits(tenant, Sample.Options),
        ]));
    }

    [Fact]
    public void Template_LabelOfTheApp_IsNotReplaced()
    {
        var labels = Template(Shop).Metadata.Labels;

        Assert.Equal(("shop", "tenantsandbox", "shop"), (labels[Labels.Workload], labels[Labels.ManagedBy], labels["app.kubernetes.io/name"]));
    }

    [Theory]
    [InlineData(true, false, null, true)]
    [InlineData(true, false, true, true)]
    [InlineData(true, true, null, true)]
    [InlineData(true, true, false, false)]
    [InlineData(false, false, null, false)]
    [InlineData(false, false, true, true)]
    public void Template_RootFileSystem_IsWhatTheInstallationAndTheTemplateSay(bool isReadOnly, bool allowsWritable, bool? own, bool expected)
    {
        var options = new TenantSandboxOptions { Workloads = { ReadOnlyRootFilesystem = isReadOnly, AllowWritableRoot = allowsWritable } };
        var context = own is { } value ? $$"""{"readOnlyRootFilesystem":{{(value ? "true" : "false")}}}""" : "{}";

        var template = Template(Templates.Workload(Minimal($"\"securityContext\":{context}"), rules: options.Workloads.ToRules()), options);

        Assert.Equal(expected, template.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem);
    }

    [Fact]
    public void Template_StoredWithAWritableRootThatIsNoLongerAllowed_GetsAReadOnlyOne()
    {
        var workload = Templates.Workload(Minimal("\"securityContext\":{\"readOnlyRootFilesystem\":false}"), rules: new InstallationRules(AllowWritableRoot: true));

        Assert.True(Template(workload).Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem);
    }

    [Fact]
    public void Template_UserOfTheTemplate_ReplacesTheInstallations()
    {
        var options = new TenantSandboxOptions { Workloads = { RunAsUser = 65532 } };

        Assert.Equal(1000, Template(Shop, options).Spec.SecurityContext.RunAsUser);
        Assert.Equal(65532, Template(Templates.Workload(Minimal("\"tty\":true")), options).Spec.SecurityContext.RunAsUser);
    }

    [Fact]
    public void Tmp_ContainersWithoutOne_GetOneEach()
    {
        var pod = Template(Shop).Spec;

        Assert.Equal(["cache", "tmp", "tmp-1", "tmp-2"], pod.Volumes.Select(v => v.Name));
        Assert.Equal(["tmp", "tmp-1", "tmp-2"], pod.AllContainers().Select(c => Assert.Single(c.VolumeMounts, m => m.MountPath == "/tmp").Name));
    }

    [Fact]
    public void Quota_Template_CountsTheWholeGuest()
    {
        var need = QuotaNeed.Of(Sample.Placed("acme", [Shop]), extra: 0);

        // shop and the sidecar: 576 MiB in the class up to 1 GiB; the init container is smaller.
        Assert.Equal((600L, 576L + 128, 1), (need.CpuMillis, need.MemoryMiB, need.Services));
        Assert.Equal("tenantsandbox-kata-1gi", SizeClass.Of(Shop, Sample.Tenant).RuntimeClassName);
    }

    [Fact]
    public void Limits_ShortForm_StillNeedAWholeGuestForEachContainer() =>
        Assert.Equal($"{KataSizing.MinMemoryMiB}Mi", QuotaManifest.Limits(Sample.Tenant, Sample.Options).Spec.Limits[0].Min["memory"].ToString());

    [Fact]
    public void Spec_Template_SurvivesStorage()
    {
        var spec = Sample.Placed("acme", [Shop]).Spec;

        var read = SpecJson.Read(SpecJson.Write(spec))!;

        Assert.Equal(spec.Workloads[0].PodTemplate, read.Workloads[0].PodTemplate);
        Assert.Equal(SpecRef.Of(spec), SpecRef.Of(read));
    }

    private static string Minimal(string more) =>
        $$$"""{"spec":{"containers":[{"name":"c","image":"x","resources":{"limits":{"cpu":"1","memory":"256Mi"}},{{{more}}}}]}}""";

    private static V1PodTemplateSpec Template(WorkloadSpec workload, TenantSandboxOptions? options = null) =>
        DeploymentManifest.Deployment(workload, Sample.Placed("acme", [workload]), options ?? Sample.Options).Spec.Template;
}
