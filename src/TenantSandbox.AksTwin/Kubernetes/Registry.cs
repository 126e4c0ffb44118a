using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The options of a DELETE.</summary>
internal sealed record DeleteOptions(long? GracePeriod = null, string Propagation = "Background", string? Uid = null, string? ResourceVersion = null, bool DryRun = false);

/// <summary>Create, update and delete with everything that the API server does around the store: defaults, admission, validation, lifecycle.</summary>
internal sealed class Registry(ClusterContext context, ObjectStore store)
{
    private readonly Admission _admission = new(store);
    private long _generated;

    /// <param name="manager">Who gets the fields; null for the cluster's own controllers, whose fields nobody owns.</param>
    public StoredObject Create(ResourceKind kind, string ns, JsonObject json, FieldManager? manager = null, bool dryRun = false)
    {
        var metadata = json.Ensure("metadata");
        if (string.IsNullOrEmpty(metadata.Text("name")) && metadata.Text("generateName") is { Length: > 0 } prefix)
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + Names.Suffix($"{context.Options.Seed}/{store.Revision}/{++_generated}", 5);
        var name = metadata.Text("name") ?? "";
        if (!string.IsNullOrEmpty(metadata.Text("resourceVersion")))
            throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
        var key = new ObjectKey(kind, ns, name);
        foreach (var field in (string[])["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "generation"])
            metadata.Remove(field);
        if (kind.Namespaced)
            metadata["namespace"] = ns;
        metadata["uid"] = Names.Uid($"{context.Options.Seed}/{context.Cluster.Name}/{key}/{store.Revision}/{_generated}");
        metadata["creationTimestamp"] = context.Now.Stamp();
        if (kind.HasGeneration)
            metadata["generation"] = 1;
        if (kind.HasStatus)
            json["status"] = InitialStatus(kind, json);
        Defaults.Apply(kind, json);
        if (kind == Kinds.Namespaces)
            json.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
        _admission.Mutate(kind, ns, json);
        Defaults.Apply(kind, json);
        Validation.Check(kind, json, null);
        _admission.Validate(kind, ns, json);
        if (store.Find(key) is not null)
            throw StatusException.AlreadyExists(kind, name);
        if (kind == Kinds.Services)
            AllocateClusterIp(json.Ensure("spec"), key);
        if (manager is { Apply: false })
            ManagedFields.Track(kind.HasStatus ? new() { ["status"] = json["status"]?.DeepClone() } : null, json, manager, context.Now);
        return dryRun ? new(key, json, 0) : store.Put(key, json);
    }

    /// <summary>Replaces the main part of an object, or its status.</summary>
    public StoredObject Update(StoredObject live, JsonObject json, string subresource = "", FieldManager? manager = null, bool dryRun = false)
    {
        var kind = live.Key.Kind;
        var metadata = json.Ensure("metadata");
        if (metadata.Text("resourceVersion") is { Length: > 0 } version && version != live.Json.Text("metadata", "resourceVersion"))
            throw StatusException.Modified(kind, live.Key.Name);
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != live.Uid)
            throw StatusException.Conflict(kind, live.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid}");
        if (subresource == "status")
            json = Overlay(live, "status", json["status"]);
        else if (kind.HasStatus)
            json["status"] = live.Json["status"]?.DeepClone();
        KeepMetadata(live.Json.Ensure("metadata"), json.Ensure("metadata"));
        if (subresource.Length == 0)
        {
            if (kind == Kinds.Services && json.Object("spec") is { } service && live.Json.Object("spec") is { } was)
            {
                foreach (var field in (string[])["clusterIP", "clusterIPs"])
                {
                    if (service[field] is null && was[field] is { } ip)
                        service[field] = ip.DeepClone();
                }
            }

            if (kind == Kinds.Namespaces)
                json.Ensure("spec")["finalizers"] = live.Json.At("spec", "finalizers")?.DeepClone();
            if (kind == Kinds.Pods && live.Json.At("spec", "nodeName") is { } node)
                json.Ensure("spec").Default("nodeName", node.DeepClone());
            Defaults.Apply(kind, json);
            Validation.Check(kind, json, live.Json);
            if (kind.HasGeneration && !JsonNode.DeepEquals(live.Json["spec"], json["spec"]))
                json.Ensure("metadata")["generation"] = (live.Json.Number("metadata", "generation") ?? 0) + 1;
        }

        if (manager is { Apply: false })
            ManagedFields.Track(live.Json, json, manager, context.Now);
        json.Ensure("metadata")["resourceVersion"] = live.Json.Text("metadata", "resourceVersion");
        json.Remove("kind");
        json.Remove("apiVersion");
        if (JsonNode.DeepEquals(live.Json, json))
            return live;
        if (dryRun)
            return new(live.Key, json, live.Revision);
        var stored = store.Put(live.Key, json);
        return MayGo(stored) ? store.Remove(stored) : stored;
    }

    /// <summary>A controller's own change, free of validation; writes nothing when nothing changes.</summary>
    public StoredObject Edit(StoredObject live, Action<JsonObject> change)
    {
        var next = live.Edit();
        change(next);
        if (JsonNode.DeepEquals(live.Json, next))
            return live;
        var stored = store.Put(live.Key, next);
        return MayGo(stored) ? store.Remove(stored) : stored;
    }

    /// <returns>The object as it is now, and whether it is gone.</returns>
    public (StoredObject Object, bool Gone) Delete(StoredObject live, DeleteOptions options)
    {
        var kind = live.Key.Kind;
        if (options.Uid is { } uid && uid != live.Uid)
            throw StatusException.Conflict(kind, live.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid}");
        if (options.ResourceVersion is { } version && version != live.Json.Text("metadata", "resourceVersion"))
            throw StatusException.Conflict(kind, live.Key.Name, $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {live.Json.Text("metadata", "resourceVersion")}");
        if (kind == Kinds.Namespaces && live.Key.Name is "default" or "kube-system" or "kube-public")
            throw StatusException.Forbidden(kind, live.Key.Name, "this namespace may not be deleted");
        if (kind == Kinds.Namespaces && live.IsTerminating)
            throw StatusException.Conflict(kind, live.Key.Name, "The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.");

        var next = live.Edit();
        var metadata = next.Ensure("metadata");
        var grace = kind == Kinds.Pods ? Grace(live, options.GracePeriod) : 0;
        if (options.Propagation is "Foreground" or "Orphan")
        {
            var finalizer = options.Propagation == "Foreground" ? "foregroundDeletion" : "orphan";
            if (!live.Json.Texts("metadata", "finalizers").Contains(finalizer))
                metadata.EnsureArray("finalizers").Add(finalizer);
        }

        if (metadata["deletionTimestamp"] is null || grace < (metadata.Number("deletionGracePeriodSeconds") ?? 0))
        {
            metadata["deletionTimestamp"] = (context.Now + TimeSpan.FromSeconds(grace)).Stamp();
            metadata["deletionGracePeriodSeconds"] = grace;
            if (kind.HasGeneration && !live.IsTerminating)
                metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
        }

        if (kind == Kinds.Namespaces)
        {
            metadata.Remove("deletionGracePeriodSeconds");
            next.Ensure("status")["phase"] = "Terminating";
        }

        var candidate = new StoredObject(live.Key, next, live.Revision);
        if (MayGo(candidate))
            return (options.DryRun ? live : store.Remove(live), true);
        if (options.DryRun || JsonNode.DeepEquals(live.Json, next))
            return (options.DryRun ? candidate : live, false);
        return (store.Put(live.Key, next), false);
    }

    private static bool MayGo(StoredObject stored) => stored.IsTerminating
        && !stored.Json.Texts("metadata", "finalizers").Any()
        && (stored.Json.Number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
        && (stored.Key.Kind != Kinds.Namespaces || !stored.Json.Texts("spec", "finalizers").Any());

    /// <summary>A pod that never got a node, or that has ended, goes at once.</summary>
    private static long Grace(StoredObject pod, long? asked) =>
        pod.Json.Text("spec", "nodeName") is null || pod.Json.Text("status", "phase") is "Succeeded" or "Failed"
            ? 0
            : Math.Max(0, asked ?? pod.Json.Number("spec", "terminationGracePeriodSeconds") ?? 30);

    private static JsonNode InitialStatus(ResourceKind kind, JsonObject json) =>
        kind == Kinds.Namespaces ? new JsonObject { ["phase"] = "Active" }
        : kind == Kinds.Pods ? new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass(json.Object("spec")) }
        : kind == Kinds.Services ? new JsonObject { ["loadBalancer"] = new JsonObject() }
        : kind == Kinds.Nodes ? json["status"]?.DeepClone() ?? new JsonObject()
        : kind == Kinds.ReplicaSets ? new JsonObject { ["replicas"] = 0 }
        : new JsonObject();

    private static string QosClass(JsonObject? spec)
    {
        var resources = spec.Items("containers").Select(c => (Requests: c.Object("resources", "requests"), Limits: c.Object("resources", "limits"))).ToList();
        if (resources.TrueForAll(r => r.Requests is null && r.Limits is null))
            return "BestEffort";
        return resources.TrueForAll(r => ((string[])["cpu", "memory"]).All(name => r.Limits.Text(name) is { } l && (r.Requests.Text(name) ?? l) == l)) ? "Guaranteed" : "Burstable";
    }

    private static JsonObject Overlay(StoredObject live, string field, JsonNode? value)
    {
        var json = live.Edit();
        json[field] = value?.DeepClone();
        return json;
    }

    private static void KeepMetadata(JsonObject live, JsonObject next)
    {
        foreach (var field in (string[])["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"])
        {
            if (live[field] is { } value)
                next[field] = value.DeepClone();
            else
                next.Remove(field);
        }
    }

    private static void AllocateClusterIp(JsonObject spec, ObjectKey key)
    {
        if (spec.Text("type") == "ExternalName")
            return;
        if (spec.Text("clusterIP") is null)
        {
            var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key.ToString()));
            spec["clusterIP"] = $"10.0.{hash[0]}.{Math.Max((byte)1, hash[1])}";
        }

        spec["clusterIPs"] = new JsonArray(spec.Text("clusterIP"));
    }
}
