using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Tries pods that the API server must refuse, by dry run in the tenant's namespace. Nothing is stored.</summary>
internal sealed class AdmissionTrials(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    /// <summary>A name that is reserved, so that nobody can have a registry of it (RFC 6761).</summary>
    private const string ForeignImage = "registry.invalid/foreign:1";

    /// <summary>
    /// A pod that must be taken goes first: if that one is refused too, the refusals of the others, which differ from it in one thing each, say
    /// nothing.
    /// </summary>
    /// <exception cref="SandboxException">The API server could not be asked.</exception>
    public async Task<IReadOnlyList<DryRunFacts>> TryAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var forbidden = Enum.GetValues<ForbiddenPod>();
        // Quotas are checked last: what only a quota refuses, admission has taken.
        if (await TryAsync(tenant.ClusterId, Allowed(tenant), cancellationToken) is { ErrorClass: not ErrorClass.Quota } refusal)
        {
            return [.. forbidden.Select(f => new DryRunFacts(f, null, $"The API server refused a pod that it should take: {refusal.Message}"))];
        }

        return await Task.WhenAll(forbidden.Select(async f => await TryAsync(tenant.ClusterId, Forbid(Allowed(tenant), f), cancellationToken) switch
        {
            null => new DryRunFacts(f, null),
            { ErrorClass: ErrorClass.Quota } quota => new DryRunFacts(f, null, $"Only its quota refused it: {quota.Message}"),
            { } refused => new DryRunFacts(f, refused.Message),
        }));
    }

    private V1Pod Allowed(DesiredTenant tenant)
    {
        var pod = ProbePodManifest.Bare(tenant, options.Value);
        // An image that is allowed whatever the settings: one that runs already.
        pod.Spec.Containers[0].Image = options.Value.Verification.ProbeImage
            ?? WorkloadManifest.TemplateOf(WorkloadManifest.Of(tenant.Spec.Workloads[0], tenant, options.Value)).Spec.Containers[0].Image;
        return pod;
    }

    private static V1Pod Forbid(V1Pod pod, ForbiddenPod what)
    {
        switch (what)
        {
            case ForbiddenPod.WithoutKata:
                pod.Spec.RuntimeClassName = null;
                break;
            case ForbiddenPod.WithHostPath:
                pod.Spec.Volumes = [new V1Volume { Name = "node", HostPath = new V1HostPathVolumeSource { Path = "/" } }];
                break;
            default:
                pod.Spec.Containers[0].Image = ForeignImage;
                break;
        }

        return pod;
    }

    /// <returns>Why it is refused; null if it isn't.</returns>
    private async Task<SandboxException?> TryAsync(string clusterId, V1Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await connections.CallAsync(
                clusterId,
                $"dry run of a pod in {pod.Metadata.NamespaceProperty}",
                client => client.CoreV1.CreateNamespacedPodAsync(
                    pod, pod.Metadata.NamespaceProperty, dryRun: "All", fieldManager: ServerSideApply.FieldManager, cancellationToken: cancellationToken),
                cancellationToken);
            return null;
        }
        catch (SandboxException e) when (e.ErrorClass is ErrorClass.Invalid or ErrorClass.Quota or ErrorClass.NotFound)
        {
            return e;
        }
    }
}
