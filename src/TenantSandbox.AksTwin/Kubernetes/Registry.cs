namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The options of a DELETE.</summary>
internal sealed record DeleteOptions(
    long? GracePeriod = null, string Propagation = "", string? Uid = null, string? ResourceVersion = null, bool DryRun = false);

/// <summary>Create, update, delete with what the API server does around the store: defaults, admission, validation, lifecycle.</summary>
internal sealed class Registry(ClusterContext context, ObjectStore store)
{
    private readonly Admission _admission = new(store);
    private long _serial;

    /// <param name="manager">Who gets the fields; null when their owners stand in the object already, or nobody is to own them.</param>
    public StoredObject Create(ResourceKind kind, string ns, JsonObject json, string? manager = null, bool dryRun = false)
    {
        var (metadata, seed) = (json.Ensure("metadata"), context.Options.Seed);
        var uid = Names.Uid($"{seed}/{context.Cluster.Name}/{store.Revision}/{++_serial}");
        if (metadata.Text("name") is null or "" && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + Names.Suffix(uid, 5);
        }

        if (metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var key = new ObjectKey(kind, ns, metadata.Text("name") ?? "");
        var own = Json.Of($$"""
            {"namespace":{{(kind.Namespaced ? ns : null)}},"uid":{{uid}},"creationTimestamp":{{context.Now.Stamp()}},
            "generation":{{(kind.HasGeneration ? 1 : null as int?)}} }
            """);
        metadata.PutAll(own, "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
            "selfLink");
        if (kind == Kinds.Namespaces)
        {
            json.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
        }

        Defaults.Apply(kind, json);
        _admission.Mutate(kind, ns, json);
        Defaults.Apply(kind, json);
        // Nodes come with theirs.
        if (kind.HasStatus && kind != Kinds.Nodes)
        {
            json["status"] = Json.From(kind.FirstStatus);
        }

        if (kind == Kinds.Pods)
        {
            json.Ensure("status")["qosClass"] = QosClass(json.Object("spec"));
        }

        Validation.Check(kind, json, null);
        _admission.Validate(kind, ns, json);
        if (store.Find(key) is not null)
        {
            throw StatusException.AlreadyExists(kind, key.Name);
        }

        if (manager is not null)
        {
            ManagedFields.Track(kind, new() { ["status"] = json["status"]?.DeepClone() }, json, manager, context.Now);
        }

        return dryRun ? new(key, json, 0) : store.Put(key, json);
    }

    /// <summary>Replaces an object but for what the server alone writes.</summary>
    /// <param name="manager">As of <see cref="Create"/>.</param>
    public StoredObject Update(StoredObject live, JsonObject json, string? manager = null, bool dryRun = false)
    {
        var kind = live.Key.Kind;
        var metadata = json.Ensure("metadata");
        if (metadata.Text("resourceVersion") is { Length: > 0 } version && version != $"{live.Revision}")
        {
            throw StatusException.Modified(kind, live.Key.Name);
        }

        Require(live.Key, "UID", metadata.Text("uid"), live.Uid);
        metadata.PutAll(live.Json.Object("metadata"), "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generation", "generateName", "resourceVersion");
        json.PutAll(live.Json, kind == Kinds.Namespaces ? ["status", "spec"] : kind.HasStatus ? ["status"] : []);
        if (kind == Kinds.Services)
        {
            Defaults.Fill(json.Ensure("spec"), Json.Of($$"""{"clusterIP":{{live.Json.At("spec", "clusterIP")}} }"""));
        }

        Defaults.Apply(kind, json);
        Validation.Check(kind, json, live.Json);
        if (kind.HasGeneration && !JsonNode.DeepEquals(live.Json["spec"], json["spec"]))
        {
            metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
        }

        if (manager is not null)
        {
            ManagedFields.Track(kind, live.Json, json, manager, context.Now);
        }

        return Commit(live, json, dryRun).Object;
    }

    /// <summary>A controller's own change, free of validation; writes nothing when nothing changes.</summary>
    public StoredObject Edit(StoredObject live, Action<JsonObject> change)
    {
        var next = live.Edit();
        change(next);
        return Commit(live, next).Object;
    }

    /// <returns>The object as it is now, and whether it is gone.</returns>
    public (StoredObject Object, bool Gone) Delete(StoredObject live, DeleteOptions options)
    {
        var kind = live.Key.Kind;
        Require(live.Key, "UID", options.Uid, live.Uid);
        Require(live.Key, "ResourceVersion", options.ResourceVersion, $"{live.Revision}");
        if (kind == Kinds.Namespaces && live.Key.Name is "default" or "kube-system" or "kube-public")
        {
            throw StatusException.Forbidden(kind, live.Key.Name, "this namespace may not be deleted");
        }

        if (kind == Kinds.Namespaces && live.IsTerminating)
        {
            throw StatusException.Conflict(kind, live.Key.Name, "The system is ensuring all content is removed from this namespace.  "
                + "Upon completion, this namespace will automatically be purged by the system.");
        }

        var next = live.Edit();
        var metadata = next.Ensure("metadata");
        var finalizer = options.Propagation switch { "Foreground" => "foregroundDeletion", "Orphan" => "orphan", _ => null };
        if (finalizer is not null && !metadata.Texts("finalizers").Contains(finalizer))
        {
            metadata.EnsureArray("finalizers").Add(finalizer);
        }

        var grace = kind == Kinds.Pods ? Grace(live, options.GracePeriod) : 0;
        if (!live.IsTerminating || grace < metadata.Number("deletionGracePeriodSeconds"))
        {
            metadata["deletionTimestamp"] = (context.Now + TimeSpan.FromSeconds(grace)).Stamp();
            metadata["deletionGracePeriodSeconds"] = grace;
            if (kind.HasGeneration && !live.IsTerminating)
            {
                metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
            }
        }

        if (kind == Kinds.Namespaces)
        {
            metadata.Remove("deletionGracePeriodSeconds");
            next.Ensure("status")["phase"] = "Terminating";
        }

        var (item, gone) = Commit(live, next, options.DryRun);
        return (gone ? live : item, gone);
    }

    /// <exception cref="StatusException">409: the object isn't the one that was meant.</exception>
    public static void Require(ObjectKey key, string what, string? wanted, string actual)
    {
        if (!string.IsNullOrEmpty(wanted) && wanted != actual)
        {
            throw StatusException.Conflict(
                key.Kind, key.Name, $"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {actual}");
        }
    }

    /// <summary>Stores what has changed; what is being deleted and waits for nothing any more goes instead.</summary>
    private (StoredObject Object, bool Gone) Commit(StoredObject live, JsonObject next, bool dryRun = false)
    {
        var gone = next.At("metadata", "deletionTimestamp") is not null
            && !next.Texts("metadata", "finalizers").Any()
            && (next.Number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
            && (live.Key.Kind != Kinds.Namespaces || !next.Texts("spec", "finalizers").Any());
        if (gone && !dryRun)
        {
            store.Remove(live);
        }

        if (gone || dryRun)
        {
            return (new(live.Key, next, live.Revision), gone);
        }

        return (JsonNode.DeepEquals(live.Json, next) ? live : store.Put(live.Key, next), false);
    }

    /// <summary>A pod that never got a node, or that has ended, goes at once.</summary>
    private static long Grace(StoredObject pod, long? asked) =>
        pod.NodeName is null || pod.HasEnded ? 0
            : Math.Clamp(asked ?? pod.Json.Number("spec", "terminationGracePeriodSeconds")!.Value, 0, int.MaxValue);

    /// <summary>Follows from requests, which defaults have filled in from limits.</summary>
    private static string QosClass(JsonObject? spec)
    {
        var compute = (
            from container in spec.Items("containers").Concat(spec.Items("initContainers"))
            from name in (string[])["cpu", "memory"]
            select (container.Text("resources", "requests", name), container.Text("resources", "limits", name))).ToList();
        return compute.TrueForAll(c => c is (null, null)) ? "BestEffort"
            : compute.TrueForAll(c => c is ({ } request, { } limit) && request == limit) ? "Guaranteed"
            : "Burstable";
    }
}
