namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Creates pods for controllers.</summary>
internal static class PodCreation
{
    /// <summary>A pod without a name from the template of a workload.</summary>
    public static JsonObject FromTemplate(JsonNode? template) => JsonTemplate.Fill($$"""
        {"metadata":{{template.GetObject("metadata") ?? []}},"spec":{{template.GetObject("spec") ?? []}} }
        """);

    /// <summary>Creates a pod that a workload controls. Injected faults apply by the name of the workload.</summary>
    /// <exception cref="StatusException">The API rejects the pod.</exception>
    public static StoredObject CreatePod(this Cluster cluster, StoredObject owner, JsonObject pod)
    {
        pod.EnsureObject("metadata")["ownerReferences"] = owner.ToControllerReferences();
        var fault = cluster.Context.InjectedFaults.Next("kube.pods.create", owner.Key.Name);
        if (fault is { Kind: InjectedFaultKind.Refuse })
        {
            throw InjectedFaultEffects.ToStatus(fault);
        }

        return cluster.Registry.Create(Kinds.Pods, owner.Key.Namespace, InjectedFaultEffects.ApplyTo(fault, pod));
    }
}
