using k8s.Models;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Inspection;

public sealed class PodSecurityInspectionTests
{
    private static readonly string Namespace = NamespaceManifest.NameOf("acme");

    [Fact]
    public void Inspect_PodsAsRendered_AreNotFound() =>
        Assert.Empty(Inspect(Sample.Tenant, [.. TenantManifests.Workloads(Sample.Tenant, Sample.Options).Select(w => Rendered(WorkloadManifest.TemplateOf(w), w.Metadata.Name))]));

    [Fact]
    public void Inspect_PodOfTheTenantThatWasChanged_IsFound()
    {
        var pod = Rendered(WorkloadManifest.TemplateOf(TenantManifests.Workloads(Sample.Tenant, Sample.Options)[0]), "web-1");
        pod.Spec.EphemeralContainers =
            [new V1EphemeralContainer { Name = "debugger", SecurityContext = new() { Privileged = true, AllowPrivilegeEscalation = false, Capabilities = new() { Drop = ["ALL"] } } }];

        var finding = Assert.Single(Inspect(Sample.Tenant, pod));

        Assert.Equal(
            new Finding(
                FindingKind.PodSecurity, "Pod/web-1", null,
                "violates privileged: ephemeral container \"debugger\" must not be privileged; remove securityContext.privileged or set it to false", IsRepairable: false),
            finding);
    }

    [Fact]
    public void Inspect_PodOfAStranger_IsFoundWithEachCheck()
    {
        var found = Inspect(Sample.Tenant, Stranger());

        Assert.Equal(
            ["allowPrivilegeEscalation", "capabilities_restricted", "hostNamespaces", "restrictedVolumes", "runAsNonRoot", "seccompProfile_restricted"],
            found.Select(f => f.Message.Split(' ', ':')[1]).Order(StringComparer.Ordinal));
        Assert.All(found, f => Assert.Equal(("Pod/stranger", false), (f.Object, f.IsRepairable)));
    }

    [Fact]
    public void Inspect_VolumeOfATypeThatTheClientDoesNotKnow_IsFound()
    {
        var pod = Rendered(WorkloadManifest.TemplateOf(TenantManifests.Workloads(Sample.Tenant, Sample.Options)[0]), "web-1");
        pod.Spec.Volumes = [.. pod.Spec.Volumes ?? [], new V1Volume { Name = "new" }];

        Assert.StartsWith("violates restrictedVolumes: volume \"new\"", Assert.Single(Inspect(Sample.Tenant, pod)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_StrangerWithASuspendedTenant_IsFound() => Assert.NotEmpty(Inspect(Sample.Tenant with { IsSuspended = true }, Stranger()));

    [Fact]
    public void Inspect_StrangerThatIsBeingDeleted_IsFoundWhileItRuns()
    {
        var pod = Stranger();
        pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.NotEmpty(Inspect(Sample.Tenant, pod));
    }

    [Theory]
    [InlineData("Pending", true)]
    [InlineData("Running", true)]
    [InlineData("Unknown", true)]
    [InlineData("Succeeded", false)]
    [InlineData("Failed", false)]
    public void Inspect_Stranger_IsFoundUntilItHasEnded(string phase, bool isFound)
    {
        var pod = Stranger();
        pod.Status = new V1PodStatus { Phase = phase };

        Assert.Equal(isFound, Inspect(Sample.Tenant, pod).Length > 0);
    }

    [Fact]
    public void Inspect_StrangerInAnotherNamespace_IsNotOfTheTenant()
    {
        var pod = Stranger();
        pod.Metadata.NamespaceProperty = NamespaceManifest.NameOf("other");

        Assert.Empty(Inspect(Sample.Tenant, pod));
    }

    private static Finding[] Inspect(DesiredTenant tenant, params V1Pod[] pods) =>
    [
        .. new TenantInspection(Sample.Options, new([]), new ClusterContent([], [], pods, [], [], [], []))
            .Inspect(tenant, NamespaceManifest.Namespace(tenant, Sample.Options)).Findings.Where(f => f.Kind == FindingKind.PodSecurity),
    ];

    private static V1Pod Rendered(V1PodTemplateSpec template, string name) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = Namespace,
            Labels = template.Metadata.Labels,
            Annotations = template.Metadata.Annotations,
        },
        Spec = template.Spec,
    };

    private static V1Pod Stranger() => new()
    {
        Metadata = new V1ObjectMeta { Name = "stranger", NamespaceProperty = Namespace },
        Spec = new V1PodSpec
        {
            HostPID = true,
            Containers = [new V1Container { Name = "shell", Image = "registry.example/shell:1" }],
            Volumes = [new V1Volume { Name = "root", HostPath = new V1HostPathVolumeSource { Path = "/" } }],
        },
    };
}
