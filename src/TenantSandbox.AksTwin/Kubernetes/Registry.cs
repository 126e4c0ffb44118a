namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The options of a DELETE.</summary>
internal sealed record DeleteOptions(
    long? GracePeriod = null, string Propagation = "", string? Uid = null, string? ResourceVersion = null, bool DryRun = false);

/// <summary>
/// Creates, updates and deletes objects as the API server does: defaults, admission, validation, finalization, field ownership.
/// </summary>
internal sealed class Registry(ClusterContext context, ObjectStore store)
{
    private readonly Admission _admission = new(store);
    private long _serial;

    /// <summary>Who writes; admission policies see it.</summary>
    public UserInfo User { get; private set; } = UserInfo.ApiServer;

    /// <summary>Runs an action as a user.</summary>
    public void RunAs<T>(UserInfo user, T argument, Action<T> action)
    {
        var before = User;
        User = user;
        try
        {
            action(argument);
        }
        finally
        {
            User = before;
        }
    }

    /// <summary>What admission has warned of since this was last called.</summary>
    public IReadOnlyList<string> TakeWarnings() => _admission.Policies.TakeWarnings();

    /// <param name="manager">Field manager of the write; null if managedFields is already set or shouldn't be.</param>
    public StoredObject Create(ResourceKind kind, string ns, JsonObject json, string? manager = null, bool dryRun = false)
    {
        var (metadata, seed) = (json.EnsureObject("metadata"), context.Options.Seed);
        var uid = DeterministicNames.Uid($"{seed}/{context.Cluster.Name}/{store.Revision}/{++_serial}");
        if (metadata.GetString("name") is null or "" && metadata.GetString("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + DeterministicNames.Suffix(uid, 5);
        }

        if (metadata.GetString("resourceVersion") is { Length: > 0 })
        {
            throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var key = new ObjectKey(kind, ns, metadata.GetString("name") ?? "");
        var own = JsonTemplate.Fill($$"""
            {"namespace":{{(kind.IsNamespaced ? ns : null)}},"uid":{{uid}},"creationTimestamp":{{context.Now.ToTimestamp()}},
            "generation":{{(kind.HasGeneration ? 1 : null as int?)}} }
            """);
        metadata.CopyProperties(
            own, "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink");
        if (kind == Kinds.Namespaces)
        {
            json.EnsureObject("spec")["finalizers"] = new JsonArray("kubernetes");
        }

        // A generated address is free and in the range.
        var asksForAddress = kind == Kinds.Services && json.GetString("spec", "clusterIP") is { Length: > 0 };
        Defaults.Apply(kind, json);
        _admission.Mutate(kind, ns, json);
        Defaults.Apply(kind, json);
        if (kind == Kinds.Services)
        {
            NodePorts.Assign(store, json, null);
        }

        // Nodes are created with a status.
        if (kind.HasStatus && kind != Kinds.Nodes)
        {
            json["status"] = JsonTemplate.Parse(kind.InitialStatus);
        }

        if (kind == Kinds.Pods)
        {
            json.EnsureObject("status")["qosClass"] = PodResources.GetQosClass(json.GetObject("spec"));
        }

        ObjectValidation.Validate(kind, json, null);
        if (asksForAddress)
        {
            ServiceValidation.CheckAllocation(store, context.Cluster.ServiceCidr, json);
        }

        _admission.Validate(kind, ns, json, User, dryRun);
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

    /// <summary>Replaces an object except for server-written fields.</summary>
    /// <param name="manager">See <see cref="Create"/>.</param>
    public StoredObject Update(StoredObject live, JsonObject json, string? manager = null, bool dryRun = false)
    {
        var kind = live.Key.Kind;
        var metadata = json.EnsureObject("metadata");
        // Zero asks for no check, as upstream.
        if (metadata.GetString("resourceVersion") is { Length: > 0 } and not "0" and var version && version != $"{live.Revision}")
        {
            throw StatusException.Modified(kind, live.Key.Name);
        }

        CheckPrecondition(live.Key, "UID", metadata.GetString("uid"), live.Uid);
        ObjectValidation.CheckDeletionFields(live, metadata);
        metadata.CopyProperties(live.Json.GetObject("metadata"), "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generation", "generateName", "resourceVersion");
        json.CopyProperties(live.Json, kind == Kinds.Namespaces ? ["status", "spec"] : kind.HasStatus ? ["status"] : []);
        if (kind == Kinds.Services)
        {
            var address = live.Json.GetNode("spec", "clusterIP");
            DefaultRules.Fill(json.EnsureObject("spec"), JsonTemplate.Fill($$"""{"clusterIP":{{address}} }"""));
        }

        // Priority admission set them at the creation.
        if (kind == Kinds.Pods)
        {
            var (priority, preemption) = (live.Json.GetNode("spec", "priority"), live.Json.GetNode("spec", "preemptionPolicy"));
            DefaultRules.Fill(
                json.EnsureObject("spec"), JsonTemplate.Fill($$"""{"priority":{{priority}},"preemptionPolicy":{{preemption}} }"""));
        }

        Defaults.Apply(kind, json);
        if (kind == Kinds.Services)
        {
            NodePorts.Assign(store, json, live.Json);
        }

        ObjectValidation.Validate(kind, json, live.Json);
        _admission.ValidateUpdate(live, json, User, dryRun);
        if (kind.HasGeneration && !JsonNode.DeepEquals(live.Json["spec"], json["spec"]))
        {
            metadata["generation"] = (metadata.GetInteger("generation") ?? 0) + 1;
        }

        if (manager is not null)
        {
            ManagedFields.Track(kind, live.Json, json, manager, context.Now);
        }

        return Commit(live, json, dryRun).Object;
    }

    /// <summary>Applies a change of a controller, without validation; stores nothing if nothing changes.</summary>
    public StoredObject Modify(StoredObject live, Action<JsonObject> change)
    {
        var next = live.CopyJson();
        change(next);
        return Commit(live, next).Object;
    }

    /// <returns>The object after the call, and whether it was removed.</returns>
    public (StoredObject Object, bool IsRemoved) Delete(StoredObject live, DeleteOptions options)
    {
        var kind = live.Key.Kind;
        CheckPrecondition(live.Key, "UID", options.Uid, live.Uid);
        CheckPrecondition(live.Key, "ResourceVersion", options.ResourceVersion, $"{live.Revision}");
        if (kind == Kinds.Namespaces && live.Key.Name is "default" or "kube-system" or "kube-public")
        {
            throw StatusException.Forbidden(kind, live.Key.Name, "this namespace may not be deleted");
        }

        if (kind == Kinds.PriorityClasses && PriorityClassRules.IsSystem(live.Key.Name))
        {
            throw StatusException.Forbidden(kind, live.Key.Name, "this is a system priority class and cannot be deleted");
        }

        _admission.ValidateDeletion(live, User, options.DryRun);
        if (kind == Kinds.Namespaces && live.IsTerminating)
        {
            throw StatusException.Conflict(kind, live.Key.Name, "The system is ensuring all content is removed from this namespace.  "
                + "Upon completion, this namespace will automatically be purged by the system.");
        }

        var next = live.CopyJson();
        var metadata = next.EnsureObject("metadata");
        var finalizer = options.Propagation switch { "Foreground" => "foregroundDeletion", "Orphan" => "orphan", _ => null };
        if (finalizer is not null && !metadata.GetStrings("finalizers").Contains(finalizer))
        {
            metadata.EnsureArray("finalizers").Add(finalizer);
        }

        var grace = kind == Kinds.Pods ? GetGracePeriod(live, options.GracePeriod) : 0;
        if (!live.IsTerminating || grace < metadata.GetInteger("deletionGracePeriodSeconds"))
        {
            metadata["deletionTimestamp"] = (context.Now + TimeSpan.FromSeconds(grace)).ToTimestamp();
            metadata["deletionGracePeriodSeconds"] = grace;
            if (kind.HasGeneration && !live.IsTerminating)
            {
                metadata["generation"] = (metadata.GetInteger("generation") ?? 0) + 1;
            }
        }

        if (kind == Kinds.Namespaces)
        {
            metadata.Remove("deletionGracePeriodSeconds");
            next.EnsureObject("status")["phase"] = "Terminating";
        }

        var (item, isRemoved) = Commit(live, next, options.DryRun);
        return (isRemoved ? live : item, isRemoved);
    }

    /// <exception cref="StatusException">409: a precondition on uid or resourceVersion isn't met.</exception>
    public static void CheckPrecondition(ObjectKey key, string field, string? expected, string actual)
    {
        if (!string.IsNullOrEmpty(expected) && expected != actual)
        {
            throw StatusException.Conflict(
                key.Kind, key.Name, $"Precondition failed: {field} in precondition: {expected}, {field} in object meta: {actual}");
        }
    }

    /// <summary>Stores a changed object, or removes it if it is being deleted and has no finalizers or grace period left.</summary>
    private (StoredObject Object, bool IsRemoved) Commit(StoredObject live, JsonObject next, bool dryRun = false)
    {
        var isRemoved = next.GetNode("metadata", "deletionTimestamp") is not null
            && !next.GetStrings("metadata", "finalizers").Any()
            && (next.GetInteger("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
            && (live.Key.Kind != Kinds.Namespaces || !next.GetStrings("spec", "finalizers").Any());
        if (isRemoved && !dryRun)
        {
            store.Remove(live);
        }

        if (isRemoved || dryRun)
        {
            return (new(live.Key, next, live.Revision), isRemoved);
        }

        return (JsonNode.DeepEquals(live.Json, next) ? live : store.Put(live.Key, next), false);
    }

    /// <summary>Unscheduled and ended pods have no grace period.</summary>
    private static long GetGracePeriod(StoredObject pod, long? requested) =>
        pod.NodeName is null || pod.HasEnded ? 0
            : Math.Clamp(requested ?? pod.Json.GetInteger("spec", "terminationGracePeriodSeconds")!.Value, 0, int.MaxValue);
}
