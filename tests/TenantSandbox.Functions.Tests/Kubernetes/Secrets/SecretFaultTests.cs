using System.Text;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Tests.Kubernetes.Secrets;

/// <summary>Failures of the API server that only the twin gives on demand.</summary>
public sealed class SecretFaultTests : IAsyncLifetime
{
    private const string Canary = "canary-4711-in-an-error";

    private readonly ClusterFixture _cluster = new(kubeconfig: null);

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("kube.secrets.patch", 422, "Invalid", ErrorClass.Invalid)]
    [InlineData("kube.secrets.patch", 400, Canary, ErrorClass.Invalid)]
    [InlineData("kube.secrets.patch", 403, "Forbidden", ErrorClass.Invalid)]
    [InlineData("kube.secrets.patch", 500, "InternalError", ErrorClass.Transient)]
    public async Task ApplyWorkloads_ServerThatQuotesTheSecret_IsNotQuoted(string call, int status, string reason, ErrorClass expected)
    {
        var tenant = _cluster.NewTenant();
        var address = $"https://{ClusterFixture.Vault}.vault.azure.net/secrets/{tenant.TenantId}--db";
        tenant = tenant with { Spec = tenant.Spec with { SecretRefs = [new("db", new Dictionary<string, string> { ["a"] = address })] } };
        _cluster.Azure.Vaults.Set(ClusterFixture.Vault, $"{tenant.TenantId}--db", Canary);
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary));
        _cluster.Twin.InjectedFaults.Add(new InjectedFault
        {
            Call = call,
            Target = "db",
            Status = status,
            Code = reason,
            Times = null,
            Message = $"Secret \"db\" is invalid: data[a]: \"{encoded}\" ({Canary})",
        });
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var failure = await Assert.ThrowsAnyAsync<SandboxException>(() => _cluster.Workloads.ApplyAsync(tenant.Placed(), default));

        Assert.Equal(expected, failure.ErrorClass);
        Assert.Contains("apply Secret ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(encoded, failure.ToString(), StringComparison.Ordinal);
    }
}
