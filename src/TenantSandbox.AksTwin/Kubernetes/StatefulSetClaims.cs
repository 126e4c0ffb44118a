namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The claims that a StatefulSet creates from its templates, and who owns them by its retention policy.</summary>
internal sealed class StatefulSetClaims(Cluster cluster, StoredObject set)
{
    private const string Component = "statefulset-controller";

    /// <summary>Creates the missing claims of a pod and mounts them as volumes.</summary>
    /// <exception cref="StatusException">The API rejects a claim.</exception>
    public void Create(long ordinal, JsonObject podSpec)
    {
        // The API server doesn't validate the templates' names.
        var templates = set.Json.GetObjects("spec", "volumeClaimTemplates")
            .GroupBy(t => t.GetString("metadata", "name") ?? "").ToDictionary(g => g.Key, g => g.First());
        foreach (var (name, template) in templates)
        {
            var claim = $"{name}-{set.Key.Name}-{ordinal}";
            if (Find(claim) is not { } live)
            {
                var labels = template.GetStringMap("metadata", "labels").Concat(set.Json.GetStringMap("spec", "selector", "matchLabels"))
                    .DistinctBy(l => l.Key).ToJson();
                cluster.Registry.Create(Kinds.PersistentVolumeClaims, set.Key.Namespace, JsonTemplate.Fill($$"""
                    {"metadata":{"name":{{claim}},"labels":{{labels}},"annotations":{{template.GetNode("metadata", "annotations")}},
                        "ownerReferences":{{(OwnsOnDeletion ? set.ToControllerReferences() : null)}} },
                    "spec":{{template["spec"]}} }
                    """));
                cluster.Events.Normal(set, "SuccessfulCreate",
                    $"create Claim {claim} Pod {set.Key.Name}-{ordinal} in StatefulSet {set.Key.Name} success", Component);
            }
            else
            {
                SetOwner(live, OwnsOnDeletion ? set : null);
            }
        }

        var others = podSpec.GetObjects("volumes").Where(v => !templates.ContainsKey(v.GetString("name")!)).Select(v => v.DeepClone());
        var mounted = templates.Keys.Select(name => (JsonNode)JsonTemplate.Fill($$"""
            {"name":{{name}},"persistentVolumeClaim":{"claimName":{{$"{name}-{set.Key.Name}-{ordinal}"}} } }
            """));
        var volumes = mounted.Concat(others).ToJson();
        podSpec.SetOrRemove("volumes", volumes.Count == 0 ? null : volumes);
    }

    /// <summary>Lets the claims of a surplus pod go with it, if the set scales down so.</summary>
    public void Release(long ordinal, StoredObject pod)
    {
        if (Policy("whenScaled") != "Delete")
        {
            return;
        }

        foreach (var template in set.Json.GetObjects("spec", "volumeClaimTemplates"))
        {
            if (Find($"{template.GetString("metadata", "name")}-{set.Key.Name}-{ordinal}") is { } claim)
            {
                SetOwner(claim, pod);
            }
        }
    }

    private bool OwnsOnDeletion => Policy("whenDeleted") == "Delete";

    private string? Policy(string name) => set.Json.GetString("spec", "persistentVolumeClaimRetentionPolicy", name);

    private StoredObject? Find(string claim) => cluster.Store.Find(Kinds.PersistentVolumeClaims, set.Key.Namespace, claim);

    private void SetOwner(StoredObject claim, StoredObject? owner) => cluster.Registry.Modify(
        claim, json => json.EnsureObject("metadata").SetOrRemove("ownerReferences", owner?.ToControllerReferences()));
}
