namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The templates of a StatefulSet's pods, each kept in a ControllerRevision.</summary>
/// <param name="Current">Name of the revision that the pods had before the current update.</param>
/// <param name="Update">Name of the revision that the pods get.</param>
internal sealed record StatefulSetRevisions(string Current, string Update, JsonObject CurrentTemplate, JsonObject UpdateTemplate)
{
    /// <summary>Records the StatefulSet's template as the newest revision and deletes old ones.</summary>
    public static StatefulSetRevisions Sync(Cluster cluster, StoredObject set, IReadOnlyCollection<StoredObject> pods)
    {
        var template = set.Json.GetObject("spec", "template")!;
        var name = $"{set.Key.Name}-{DeterministicNames.Suffix(template.ToJsonString(), 10)}";
        var revisions = cluster.Store.Dependents(set.Uid).Where(o => o.Key.Kind == Kinds.ControllerRevisions).ToList();
        var newest = revisions.Max(r => r.Json.GetInteger("revision")) ?? 0;
        var found = revisions.Find(r => r.Key.Name == name);
        if (found is null)
        {
            var data = template.Copy();
            data["$patch"] = "replace";
            cluster.Registry.Create(Kinds.ControllerRevisions, set.Key.Namespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":{{name}},"labels":{{template.GetNode("metadata", "labels")}},
                    "ownerReferences":{{set.ToControllerReferences()}} },
                "data":{"spec":{"template":{{data}} } },"revision":{{newest + 1}} }
                """));
        }
        else if (found.Json.GetInteger("revision") < newest)
        {
            cluster.Registry.Modify(found, json => json["revision"] = newest + 1);
        }

        var earlier = set.Json.GetString("status", "currentRevision");
        var current = earlier is not null && revisions.Exists(r => r.Key.Name == earlier) ? earlier : name;
        var used = pods.Select(RevisionOf).Append(current).Append(name).ToHashSet();
        var unused = revisions.FindAll(r => !used.Contains(r.Key.Name)).OrderBy(r => r.Json.GetInteger("revision")).ToList();
        foreach (var old in unused.Take((int)Math.Max(0, unused.Count - (set.Json.GetInteger("spec", "revisionHistoryLimit") ?? 10))))
        {
            cluster.Registry.Delete(old, new());
        }

        var before = revisions.Find(r => r.Key.Name == current)?.Json.GetObject("data", "spec", "template")!.Copy() ?? template.Copy();
        before.Remove("$patch");
        return new(current, name, before, template);
    }

    public static string? RevisionOf(StoredObject pod) => pod.Json.GetString("metadata", "labels", "controller-revision-hash");
}
