using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>What policies see of a pod.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name, or that of the workload whose template it is made from.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Ports">The named ports of its containers.</param>
/// <param name="Addresses">
/// The addresses by which rules with blocks match it. Kubernetes leaves open whether they do: leave them empty for an engine that identifies
/// pods by their labels only, such as Cilium.
/// </param>
public sealed record NetworkPod(
    string Namespace, string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<NamedPort> Ports, AddressSet Addresses)
{
    /// <summary>Reads what policies see from a Pod, or from the pod template of a workload. No addresses are read.</summary>
    /// <param name="item">A Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or an object with such a template.</param>
    /// <exception cref="FormatException">A field isn't what the API defines.</exception>
    public static NetworkPod Read(JsonObject item)
    {
        var metadata = item.Child("metadata") ?? [];
        var spec = item.Child("spec") ?? [];
        var template = spec.Child("template") ?? spec.Child("jobTemplate")?.Child("spec")?.Child("template");
        var podSpec = (template is null ? spec : template.Child("spec")) ?? [];
        return new NetworkPod(
            metadata.Text("namespace") ?? NetworkNamespace.Default,
            metadata.Text("name") ?? "",
            (template is null ? metadata : template.Child("metadata"))?.Labels() ?? new Dictionary<string, string>(),
            [
                .. podSpec.Items("containers")
                    // Init containers that keep running beside the others.
                    .Concat(podSpec.Items("initContainers").Where(c => c.Text("restartPolicy") == "Always"))
                    .SelectMany(c => c.Items("ports"))
                    .Where(p => p.Text("name") is not null && p["containerPort"] is not null)
                    .Select(p => new NamedPort(p.Text("name")!, PolicyJson.Protocol(p.Text("protocol")), p.Port("containerPort"))),
            ],
            AddressSet.Empty);
    }
}

/// <summary>A named port of a container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Number">Its number.</param>
public sealed record NamedPort(string Name, TransportProtocol Protocol, int Number);

/// <summary>A namespace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Labels">Its labels.</param>
public sealed record NetworkNamespace(string Name, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The label with the namespace's name, which the API server sets and nobody can change.</summary>
    public const string NameLabel = "kubernetes.io/metadata.name";

    /// <summary>The namespace of objects that name none.</summary>
    public const string Default = "default";

    /// <summary>Reads a Namespace; the label with its name is added if it is absent.</summary>
    /// <exception cref="FormatException">A field isn't what the API defines.</exception>
    public static NetworkNamespace Read(JsonObject item)
    {
        var metadata = item.Child("metadata") ?? [];
        return Of(metadata.Text("name") ?? "", metadata.Labels());
    }

    /// <summary>A namespace of which nothing but the name is known.</summary>
    public static NetworkNamespace Of(string name) => Of(name, new Dictionary<string, string>());

    private static NetworkNamespace Of(string name, IReadOnlyDictionary<string, string> labels) =>
        new(name, new Dictionary<string, string>(labels) { [NameLabel] = name });
}
