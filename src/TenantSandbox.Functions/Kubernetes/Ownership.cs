using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Whose a namespace is. A name proves nothing: names are used again.</summary>
internal static class Ownership
{
    /// <summary>Whether the namespace belongs to this life of the tenant.</summary>
    public static bool IsOurs(V1Namespace found, string owner, TenantNamespaceRef tenant) =>
        Labels.Of(owner, tenant.TenantId, tenant.Incarnation).All(l => found.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    /// <summary>Refuses what isn't ours, and what is about to go.</summary>
    /// <exception cref="InvalidException">Someone else's, or of another life of the tenant.</exception>
    /// <exception cref="ConflictException">Being deleted: the same call works once it is gone.</exception>
    public static void Demand(V1Namespace found, string owner, TenantNamespaceRef tenant)
    {
        var ours = IsOurs(found, owner, tenant);
        if (found.Metadata.DeletionTimestamp is not null && (ours || IsEarlierLife(found, owner, tenant)))
        {
            throw new ConflictException(
                "NamespaceTerminating", $"namespace {found.Metadata.Name} on cluster {tenant.ClusterId} is still being deleted");
        }

        if (!ours)
        {
            throw new InvalidException(
                "NamespaceNotOwned",
                $"namespace {found.Metadata.Name} on cluster {tenant.ClusterId} exists and is {Describe(found)}, not of incarnation "
                + $"{tenant.Incarnation} of tenant {tenant.TenantId}; it is left alone. Remove it, or offboard the tenant that has it");
        }
    }

    /// <summary>What the namespace's labels say about it.</summary>
    public static string Describe(V1Namespace found)
    {
        var labels = new Dictionary<string, string>(found.Metadata.Labels ?? new Dictionary<string, string>());
        return labels.TryGetValue(Labels.ManagedBy, out var manager) && manager == Labels.Product
            ? $"owned by {labels.GetValueOrDefault(Labels.Owner, "?")}, tenant {labels.GetValueOrDefault(Labels.Tenant, "?")}, "
              + $"incarnation {labels.GetValueOrDefault(Labels.Incarnation, "?")}"
            : "not made by this system";
    }

    private static bool IsEarlierLife(V1Namespace found, string owner, TenantNamespaceRef tenant) =>
        found.Metadata.Labels?.TryGetValue(Labels.Incarnation, out var text) == true
        && int.TryParse(text, CultureInfo.InvariantCulture, out var life)
        && life < tenant.Incarnation
        && IsOurs(found, owner, tenant with { Incarnation = life });
}
