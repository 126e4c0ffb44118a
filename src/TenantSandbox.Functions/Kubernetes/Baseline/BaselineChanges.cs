using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>Makes objects of one cluster's baseline what they should be, and keeps a record of what was not.</summary>
internal sealed class BaselineChanges(BaselineObjects objects, string clusterId, TenantSandboxOptions options)
{
    private readonly List<BaselineChange> _changes = [];

    public IReadOnlyList<BaselineChange> All => _changes;

    /// <summary>Makes, replaces or makes anew an object unless it is as it should be.</summary>
    /// <param name="wanted">As it should be.</param>
    /// <param name="found">As it was read a moment ago; null if it doesn't exist.</param>
    /// <exception cref="InvalidException">Code <c>BaselineNotOwned</c>: the object is someone else's.</exception>
    /// <exception cref="SandboxException">It is being deleted, or a call failed.</exception>
    public async Task EnsureAsync(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta>? found)
    {
        if (found is null)
        {
            await objects.CreateAsync(wanted);
            _changes.Add(BaselineChange.Missing(NameOf(wanted)));
            return;
        }

        Require(wanted, found);
        if (BaselineComparison.Compare(wanted, found) is not { Count: > 0 } differences)
        {
            return;
        }

        if (MustBeMadeAnew(wanted, found))
        {
            await objects.DeleteAsync(wanted.Kind, found);
            await objects.CreateAsync(wanted);
        }
        else
        {
            await objects.ReplaceAsync(wanted, found);
        }

        _changes.Add(BaselineChange.Different(NameOf(wanted), differences));
    }

    // An object without labels can be one that was applied by hand from the same files, or one whose labels somebody removed.
    private void Require(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta> found)
    {
        var labels = found.Metadata.Labels ?? new Dictionary<string, string>();
        foreach (var (label, own) in new[] { (Labels.ManagedBy, Labels.Product), (Labels.PoliciesOf, options.Owner) })
        {
            if (labels.TryGetValue(label, out var other) && other != own)
            {
                throw new InvalidException(
                    "BaselineNotOwned",
                    $"{NameOf(wanted)} on cluster {clusterId} has the label {label}={other}, so it is not this installation's; it was not changed. "
                    + "Tenants can't be placed there without it: delete it, or set another Owner");
            }
        }

        if (found.Metadata.DeletionTimestamp is not null)
        {
            throw new ConflictException("BaselineTerminating", $"{NameOf(wanted)} on cluster {clusterId} is still being deleted");
        }
    }

    /// <summary>Whether a field differs that can't be changed (Kubernetes API validation).</summary>
    private static bool MustBeMadeAnew(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta> found) => (wanted, found) switch
    {
        (V1RuntimeClass a, V1RuntimeClass b) => a.Handler != b.Handler,
        (V1PriorityClass a, V1PriorityClass b) => a.Value != b.Value || a.PreemptionPolicy != b.PreemptionPolicy,
        (V1ConfigMap, V1ConfigMap { Immutable: true }) => true,
        _ => false,
    };

    private static string NameOf(IKubernetesObject<V1ObjectMeta> item) => $"{item.Kind}/{item.Metadata.Name}";
}
