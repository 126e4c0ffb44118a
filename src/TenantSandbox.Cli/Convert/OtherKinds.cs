namespace TenantSandbox.Cli.Convert;

/// <summary>Why a manifest of a kind that the converter doesn't read isn't in the request.</summary>
internal static class OtherKinds
{
    private static readonly Dictionary<string, (ConversionNoteKind Kind, string Text)> Reasons = new(StringComparer.Ordinal)
    {
        ["Namespace"] = (ConversionNoteKind.Changed, "The tenant gets a namespace of its own."),
        ["ServiceAccount"] = (ConversionNoteKind.Changed, "The tenant's pods run as its own service account."),
        ["ResourceQuota"] = (ConversionNoteKind.Changed, "The app sets the quota by the tenant's workloads."),
        ["LimitRange"] = (ConversionNoteKind.Changed, "The app sets limits for the tenant."),
        ["Kustomization"] = (ConversionNoteKind.NotTaken, "It isn't a Kubernetes object. Convert what `kustomize build` prints."),
        ["Ingress"] = (
            ConversionNoteKind.NotTaken,
            "Tenants are exposed by the installation's Gateway: give the workload \"expose\" with the host names, paths and the Service's port."),
        ["Gateway"] = (ConversionNoteKind.NotTaken, "The Gateway is the installation's. Give the workloads \"expose\"."),
        ["List"] = (ConversionNoteKind.NotTaken, "Lists aren't read. Write their items as documents of their own."),
        ["Secret"] = (
            ConversionNoteKind.Changed,
            "Its values aren't read: a request names secrets of a Key Vault. Put them there; what is missing is named in this report."),
        ["Role"] = (ConversionNoteKind.NotTaken, "Tenants have no rights in the Kubernetes API."),
        ["RoleBinding"] = (ConversionNoteKind.NotTaken, "Tenants have no rights in the Kubernetes API."),
        ["ClusterRole"] = (ConversionNoteKind.NotTaken, "Tenants have no rights in the Kubernetes API."),
        ["ClusterRoleBinding"] = (ConversionNoteKind.NotTaken, "Tenants have no rights in the Kubernetes API."),
        ["DaemonSet"] = (ConversionNoteKind.NotTaken, "It runs on every node, and nodes aren't a tenant's."),
        ["StatefulSet"] = (ConversionNoteKind.NotTaken, "Only apps/v1 is read. Write it in that version."),
        ["Job"] = (ConversionNoteKind.NotTaken, "Only batch/v1 is read. Write it in that version."),
        ["CronJob"] = (ConversionNoteKind.NotTaken, "Only batch/v1 is read. Write it in that version."),
        ["HorizontalPodAutoscaler"] = (ConversionNoteKind.NotTaken, "Only autoscaling/v2 is read. Write it in that version."),
        ["CustomResourceDefinition"] = (ConversionNoteKind.NotTaken, "It belongs to the cluster, not to a tenant."),
        ["StorageClass"] = (ConversionNoteKind.NotTaken, "It belongs to the cluster, not to a tenant."),
        ["PersistentVolume"] = (ConversionNoteKind.NotTaken, "It belongs to the cluster, not to a tenant."),
    };

    private static readonly string[] PodKinds = ["Pod", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "CronJob"];

    /// <summary>Whether objects of the kind run pods, so that they count as workloads.</summary>
    public static bool RunPods(string kind) => PodKinds.Contains(kind);

    public static ConversionNote Note(Manifest manifest)
    {
        var (kind, text) = Reasons.TryGetValue(manifest.Kind, out var reason)
            ? reason
            : (ConversionNoteKind.NotTaken, $"A request can't have a {manifest.Kind}.");
        return new(manifest.Id, kind, text);
    }
}
