using k8s;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Pod templates with fields that Kubernetes 1.20 serves too; without ephemeral storage, which hollow nodes lack.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PodTemplateOverTheWireTests(ClusterFixture cluster)
{
    private const string Template =
        """
        { "metadata": { "labels": { "app": "shop" }, "annotations": { "note": "a" } },
          "spec": {
            "terminationGracePeriodSeconds": 5,
            "securityContext": { "runAsUser": 1000, "fsGroup": 2000, "supplementalGroups": [ 3000 ] },
            "dnsConfig": { "options": [ { "name": "ndots", "value": "2" } ] },
            "hostAliases": [ { "ip": "203.0.113.7", "hostnames": [ "db.example" ] } ],
            "topologySpreadConstraints": [ { "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
              "labelSelector": { "matchLabels": { "app": "shop" } } } ],
            "containers": [
              { "name": "shop", "image": "registry.example/shop:1", "ports": [ { "name": "http", "containerPort": 8080 } ], "tty": false, "stdin": false,
                "env": [ { "name": "POD", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } }, { "name": "EMPTY", "value": "" },
                  { "name": "CPUS", "valueFrom": { "resourceFieldRef": { "resource": "limits.cpu", "divisor": "1" } } } ],
                "resources": { "limits": { "cpu": 0.1, "memory": "128Mi" }, "requests": { "memory": "1Mi" } },
                "livenessProbe": { "httpGet": { "port": "http" }, "initialDelaySeconds": 3600 },
                "lifecycle": { "preStop": { "exec": { "command": [ "true" ] } } },
                "securityContext": { "capabilities": { "add": [ "NET_BIND_SERVICE" ] } },
                "volumeMounts": [ { "name": "cache", "mountPath": "/cache", "readOnly": false } ] },
              { "name": "agent", "image": "registry.example/agent:1", "resources": { "limits": { "cpu": "50m", "memory": "64Mi" } },
                "volumeMounts": [ { "name": "info", "mountPath": "/info" } ] } ],
            "volumes": [ { "name": "cache", "emptyDir": { "sizeLimit": "16Mi" } },
              { "name": "info", "downwardAPI": { "items": [ { "path": "labels", "fieldRef": { "fieldPath": "metadata.labels" } } ] } } ] } }
        """;

    private static readonly WorkloadSpec Shop = Templates.Workload(Template);

    [Fact]
    public async Task ApplyWorkloads_Template_RunsInOneGuestOfItsContainers()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Shop));

        var pod = Assert.Single((await cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
        Assert.Equal("tenantsandbox-kata-256mi", pod.Spec.RuntimeClassName);
        Assert.Equal("shop", pod.Metadata.Labels["app"]);
        Assert.All(pod.Spec.Containers, c => Assert.Equal(c.Resources.Limits, c.Resources.Requests));
        var service = Assert.Single((await cluster.Client.CoreV1.ListNamespacedServiceAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
        Assert.Equal(("http", 8080), (Assert.Single(service.Spec.Ports).Name, service.Spec.Ports[0].Port));
    }

    [Fact]
    public async Task ApplyWorkloads_TemplateAgain_ChangesNothingAndIsNoDrift()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Shop));
        var before = (await cluster.ReadDeploymentAsync(tenant, "shop")).Metadata.Generation;

        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        Assert.Equal(before, (await cluster.ReadDeploymentAsync(tenant, "shop")).Metadata.Generation);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_ShortFormBecomesTheSameTemplate_RestartsNoPod()
    {
        var shortForm = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null };
        var tenant = await cluster.RunAsync(cluster.NewTenant(shortForm));
        var before = (await cluster.ReadDeploymentAsync(tenant, "web")).Metadata.Generation;
        var template = WorkloadSpec.Of("web", 1, shortForm.ToTemplate());

        await cluster.RunAsync(tenant with { Spec = tenant.Spec with { Workloads = [template] } });

        Assert.Equal(before, (await cluster.ReadDeploymentAsync(tenant, "web")).Metadata.Generation);
    }
}
