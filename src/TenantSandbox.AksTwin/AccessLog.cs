using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>
/// The permissions that calls needed, each once: what a role must grant to whoever made them. The twin grants everything, so calls that Azure or
/// Kubernetes would refuse are recorded too.
/// </summary>
public sealed class AccessLog
{
    private readonly ConcurrentDictionary<ArmAction, bool> _actions = new();
    private readonly ConcurrentDictionary<KubernetesAccess, bool> _accesses = new();

    /// <summary>The actions of Azure Resource Manager, ordered by their text.</summary>
    public IReadOnlyList<ArmAction> Actions => [.. _actions.Keys.OrderBy(a => a.ToString(), StringComparer.Ordinal)];

    /// <summary>The verbs of Kubernetes, ordered by their text.</summary>
    public IReadOnlyList<KubernetesAccess> Accesses => [.. _accesses.Keys.OrderBy(a => a.ToString(), StringComparer.Ordinal)];

    internal void Add(ArmAction action) => _actions.TryAdd(action, true);

    internal void Add(KubernetesAccess access) => _accesses.TryAdd(access, true);
}

/// <summary>An action that a call to Azure Resource Manager needs.</summary>
/// <param name="Caller">Who called, as <see cref="KubernetesAccess.Caller"/>.</param>
/// <param name="Action">The action, such as <c>Microsoft.ContainerService/managedClusters/agentPools/write</c>.</param>
/// <param name="Scope">The resource id, or the scope of a list, as the caller wrote it.</param>
public sealed record ArmAction(string Caller, string Action, string Scope);

/// <summary>A verb that a call to Kubernetes needs, as RBAC sees it.</summary>
/// <param name="Caller">The user: of a token of Microsoft Entra ID the <c>upn</c> or <c>oid</c>, else the bearer token.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Verb">The verb, such as <c>list</c>.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The resource, with its subresource: <c>pods/log</c>.</param>
/// <param name="Namespace">The namespace; empty for all of them, and for what has none.</param>
/// <param name="Name">The object's name; empty for a list, a watch and a create.</param>
public sealed record KubernetesAccess(string Caller, string Cluster, string Verb, string Group, string Resource, string Namespace, string Name);
