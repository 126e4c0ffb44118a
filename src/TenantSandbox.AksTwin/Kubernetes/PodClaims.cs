namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What the claims of a pod mean for its scheduling.</summary>
/// <param name="Blocker">Why the pod fits no node now, as the scheduler words it; null if it may fit one.</param>
/// <param name="Affinity">The terms of each bound volume, one of which a node must match.</param>
/// <param name="Waiting">Claims that are bound when the pod has a node.</param>
internal sealed record PodClaims(string? Blocker, List<List<NodeSelectorTerm>> Affinity, List<StoredObject> Waiting)
{
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    public static PodClaims Find(ObjectStore store, StoredObject pod)
    {
        var (affinity, waiting) = (new List<List<NodeSelectorTerm>>(), new List<StoredObject>());
        foreach (var (name, isEphemeral) in PodVolumes.Claims(pod))
        {
            var claim = store.Find(Kinds.PersistentVolumeClaims, pod.Key.Namespace, name);
            var blocker = claim is null ? isEphemeral
                    ? $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\""
                    : $"persistentvolumeclaim \"{name}\" not found"
                : claim.IsTerminating ? $"persistentvolumeclaim \"{name}\" is being deleted"
                : isEphemeral && claim.ControllerUid != pod.Uid
                    ? $"PVC {claim.Key.Namespace}/{name} was not created for pod {pod.Key.Namespace}/{pod.Key.Name} (pod is not owner)"
                : claim.Json.GetString("status", "phase") == "Lost"
                    ? $"persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume"
                : null;
            if (blocker is not null)
            {
                return new(blocker, affinity, waiting);
            }

            if (ClaimController.IsBound(claim!))
            {
                var volume = store.Find(Kinds.PersistentVolumes, "", claim!.Json.GetString("spec", "volumeName")!)?.Json;
                if (volume.GetObject("spec", "nodeAffinity", "required") is { } required)
                {
                    affinity.Add(NodeSelectorTerm.AllOf(required));
                }
            }
            else if (ClaimController.WaitsForConsumer(store, claim!))
            {
                waiting.Add(claim!);
            }
            else
            {
                return new("pod has unbound immediate PersistentVolumeClaims", affinity, waiting);
            }
        }

        return new(null, affinity, waiting);
    }
}
