using System.Security.Cryptography;
using System.Text;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>A resource with this installation's marks that neither a tenant nor a ledger owns.</summary>
/// <param name="ClusterId">The configured id of its cluster.</param>
/// <param name="Name">Its name; never enough to delete it by.</param>
/// <param name="Identity">
/// Everything that identifies it: the resource id and all tags of a pool, the uid and all marks of a namespace. A resource that was
/// replaced by one of the same name has another identity.
/// </param>
/// <param name="Pool">The pool; null for a namespace.</param>
/// <param name="Namespace">The namespace; null for a pool.</param>
internal sealed record Orphan(string ClusterId, string Name, string Identity, FoundPool? Pool, FoundNamespace? Namespace)
{
    /// <summary>The identity as 22 characters, short enough for histories.</summary>
    public string Digest { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Identity))[..16])[..22];

    public static Orphan Of(string clusterId, FoundPool pool) =>
        new(clusterId, pool.Name, $"pool|{pool.ResourceId.ToUpperInvariant()}|{pool.Marks}", pool, null);

    public static Orphan Of(string clusterId, FoundNamespace found) => new(
        clusterId, found.Name, $"namespace|{clusterId}|{found.Uid}|{found.Owner}|{found.TenantId}|{found.Incarnation}", null, found);

    public MaintenanceFinding ToFinding(string detail, string action) => MaintenanceFinding.Create(
        Pool is null ? "orphanNamespace" : "orphanPool", $"{ClusterId}/{Name}", detail, action);

    /// <summary>Its marks, for people.</summary>
    public string Describe() => Namespace is { } found
        ? $"tenant {found.TenantId ?? "?"}, incarnation {found.Incarnation?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}, created {found.CreatedAt:O}"
        : Pool!.Marks!.Describe();
}
