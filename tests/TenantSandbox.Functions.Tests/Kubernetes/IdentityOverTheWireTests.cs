using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

[Collection(ClusterCollection.Name)]
public sealed class IdentityOverTheWireTests(ClusterFixture cluster)
{
    [Fact]
    public async Task ApplyWorkloads_Identity_GivesPodsATokenForEntraAlone()
    {
        var tenant = WithIdentity(cluster.NewTenant(), ClusterFixture.IdentityId);
        Assert.Empty((await cluster.Services.Make<TenantAdmission>().CheckAsync(tenant.Placed() with { PoolName = null }, default)).Refusals);

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var account = await cluster.Client.CoreV1.ReadNamespacedServiceAccountAsync("workload-web", ns);
        Assert.Equal(ClusterFixture.IdentityId, account.Metadata.Annotations["azure.workload.identity/client-id"]);
        Assert.False(account.AutomountServiceAccountToken);
        var template = (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Template;
        Assert.Equal("true", template.Metadata.Labels["azure.workload.identity/use"]);
        Assert.Equal(("workload-web", (bool?)false), (template.Spec.ServiceAccountName, template.Spec.AutomountServiceAccountToken));
        var token = Assert.Single(Assert.Single(template.Spec.Volumes, v => v.Name == "azure-identity-token").Projected.Sources).ServiceAccountToken;
        Assert.Equal(("api://AzureADTokenExchange", 3600L), (token.Audience, token.ExpirationSeconds));
        var container = Assert.Single(template.Spec.Containers);
        Assert.Equal(
            ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST", "GREETING"], container.Env.Select(e => e.Name));
        Assert.Equal("/var/run/secrets/azure/tokens/azure-identity-token", container.Env[2].Value);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_IdentityGone_DeletesItsAccount()
    {
        var tenant = WithIdentity(cluster.NewTenant(), ClusterFixture.IdentityId);
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        var plain = tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [tenant.Spec.Workloads[0] with { Identity = null }] } };
        Assert.Contains("ObjectExtra ServiceAccount/workload-web : is not part of the spec", await cluster.FindDriftAsync(plain));

        await cluster.Namespaces.ApplyAsync(plain.Placed(), default);
        await cluster.Workloads.ApplyAsync(plain.Placed(), default);

        Assert.Equal([], await cluster.FindDriftAsync(plain));
        Assert.Equal("tenant-workload", (await cluster.ReadDeploymentAsync(plain, "web")).Spec.Template.Spec.ServiceAccountName);
    }

    [Fact]
    public async Task ApplyWorkloads_IdentityNoLongerAssigned_IsRefused()
    {
        var tenant = WithIdentity(cluster.NewTenant(), "99999999-3333-4444-5555-666666666666");
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var refused = await Assert.ThrowsAsync<InvalidException>(() => cluster.Workloads.ApplyAsync(tenant.Placed(), default));

        Assert.Equal("IdentityNotAssigned", refused.Code);
    }

    private static DesiredTenant WithIdentity(DesiredTenant tenant, string clientId) => tenant with
    {
        Spec = tenant.Spec with { Workloads = [tenant.Spec.Workloads[0] with { Identity = new WorkloadIdentity(clientId) }] },
    };
}
