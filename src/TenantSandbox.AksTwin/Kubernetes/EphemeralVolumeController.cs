namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Creates the claims of ephemeral volumes; the pod owns them, so they go with it.</summary>
internal sealed class EphemeralVolumeController(Cluster cluster) : IController
{
    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false, HasEnded: false } pod)
        {
            return;
        }

        foreach (var volume in pod.Json.GetObjects("spec", "volumes").Where(v => v["ephemeral"] is not null))
        {
            var (name, template) = ($"{key.Name}-{volume.GetString("name")}", volume.GetObject("ephemeral", "volumeClaimTemplate"));
            if (cluster.Store.Find(Kinds.PersistentVolumeClaims, key.Namespace, name) is not null)
            {
                continue;
            }

            try
            {
                cluster.Registry.Create(Kinds.PersistentVolumeClaims, key.Namespace, JsonTemplate.Fill($$"""
                    {"metadata":{"name":{{name}},"labels":{{template.GetNode("metadata", "labels")}},
                        "annotations":{{template.GetNode("metadata", "annotations")}},"ownerReferences":{{pod.ToControllerReferences()}} },
                    "spec":{{template.GetNode("spec")}} }
                    """));
            }
            catch (StatusException e)
            {
                var reason = $"ephemeral volume {volume.GetString("name")}: create PVC {name}: {e.Message}";
                cluster.Events.Warning(pod, "FailedCreate", reason, "ephemeral_volume");
                throw;
            }
        }
    }
}
