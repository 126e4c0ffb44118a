using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The owner of a namespace. The name is no proof: names are reused.</summary>
internal static class Ownership
{
    /// <summary>Whether the namespace belongs to this incarnation of the tenant.</summary>
    public static bool IsOurs(V1Namespace found, string owner, TenantNamespaceRef tenant) =>
        Labels.Of(owner, tenant.TenantId, tenant.Incarnation).All(l => found.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    /// <summary>Refuses namespaces of others, and namespaces that are being deleted.</summary>
    /// <exception cref="InvalidException">It belongs to someone else, or to another incarnation of the tenant.</exception>
    /// <exception cref="ConflictException">It is being deleted: the same call succeeds after that.</exception>
    public static void Require(V1Namespace found, string owner, TenantNamespaceRef tenant)
    {
        var ours = IsOurs(found, owner, tenant);
        if (found.Metadata.DeletionTimestamp is not null && (ours || IsEarlierIncarnation(found, owner, tenant)))
        {
            throw new ConflictException(
                "NamespaceTerminating", $"namespace {found.Metadata.Name} on cluster {tenant.ClusterId} is still being deleted");
        }

        if (!ours)
        {
            throw new InvalidException(
                "NamespaceNotOwned",
                $"namespace {found.Metadata.Name} on cluster {tenant.ClusterId} exists and is {Describe(found)}, not of incarnation "
                + $"{tenant.Incarnation} of tenant {tenant.TenantId}; it was not changed. Delete it, or offboard the tenant that has it");
        }
    }

    /// <summary>Describes the owner by the namespace's labels.</summary>
    public static string Describe(V1Namespace found)
    {
        var labels = new Dictionary<string, string>(found.Metadata.Labels ?? new Dictionary<string, string>());
        return labels.TryGetValue(Labels.ManagedBy, out var manager) && manager == Labels.Product
            ? $"owned by {labels.GetValueOrDefault(Labels.Owner, "?")}, tenant {labels.GetValueOrDefault(Labels.Tenant, "?")}, "
              + $"incarnation {labels.GetValueOrDefault(Labels.Incarnation, "?")}"
            : "not made by this system";
    }

    private static bool IsEarlierIncarnation(V1Namespace found, string owner, TenantNamespaceRef tenant) =>
        found.Metadata.Labels?.TryGetValue(Labels.Incarnation, out var text) == true
        && int.TryParse(text, CultureInfo.InvariantCulture, out var incarnation)
        && incarnation < tenant.Incarnation
        && IsOurs(found, owner, tenant with { Incarnation = incarnation });
}
