using System.Text;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The verbs of the API but watch. Runs under the cluster's lock.</summary>
internal sealed class Verbs(Cluster cluster)
{
    private ObjectStore Store => cluster.Store;

    private Registry Registry => cluster.Registry;

    public Answer Do(ApiCall call, string contentType, byte[] body, string userAgent, AnswerForm form, Fault? fault)
    {
        var warnings = new List<string>();
        var answer = call.Verb switch
        {
            "get" => Get(call, form),
            "list" => Lists.Answer(Store, call, form, cluster.Now),
            "create" => Create(call, Decode(call, contentType, body, warnings), userAgent, fault),
            "update" => Update(call, Decode(call, contentType, body, warnings), userAgent),
            "patch" => Patched(call, contentType, body, userAgent, fault, warnings),
            "delete" => Delete(call, Options(call, body), fault),
            _ => DeleteCollection(call, Options(call, body)),
        };
        return answer with { Warnings = warnings };
    }

    private Answer Get(ApiCall call, AnswerForm form)
    {
        var live = Find(call);
        if (call.Subresource == "log")
            return PodLog.Read(cluster, live, call);
        if (call.Subresource == "scale")
            return new(200, Utf8(Scale.Of(live)));
        return new(200, form == AnswerForm.Table ? Utf8(Tables.Of(call.Kind!, [live], cluster.Now, Store.Revision, call.Text("includeObject"))) : live.Document());
    }

    private Answer Create(ApiCall call, JsonObject json, string userAgent, Fault? fault)
    {
        if (json.Text("metadata", "namespace") is { Length: > 0 } ns && ns != call.Namespace)
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        Mark(json, fault);
        return new(201, Registry.Create(call.Kind!, call.Namespace, json, Manager(call, userAgent), call.DryRun).Document());
    }

    private Answer Update(ApiCall call, JsonObject json, string userAgent)
    {
        if (json.Text("metadata", "name") is { Length: > 0 } name && name != call.Name)
            throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Name})");
        if (json.Text("metadata", "namespace") is { Length: > 0 } ns && ns != call.Namespace)
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        var live = Find(call);
        if (call.Subresource == "scale")
            return new(200, Utf8(Scale.Of(Registry.Update(live, Scale.Set(live, json), "", Manager(call, userAgent), call.DryRun))));
        if (call.Subresource == "finalize")
            return new(200, Finalize(live, json).Document());
        if (live.Key.Kind == Kinds.Pods && json["metadata"]?["ownerReferences"] is null && live.Json.At("metadata", "ownerReferences") is { } owners)
            json.Ensure("metadata")["ownerReferences"] = owners.DeepClone();
        return new(200, Registry.Update(live, json, call.Subresource, Manager(call, userAgent), call.DryRun).Document());
    }

    private Answer Patched(ApiCall call, string contentType, byte[] body, string userAgent, Fault? fault, List<string> warnings)
    {
        var type = contentType.Split(';')[0].Trim();
        if (type is not ("application/merge-patch+json" or "application/strategic-merge-patch+json" or "application/apply-patch+yaml"))
            throw new StatusException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml");
        var patch = Json.Parse(body);
        if (type == "application/apply-patch+yaml")
            return Apply(call, patch, fault, warnings);
        if (call.Text("force").Length > 0)
            throw StatusException.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Forbidden("force", "may not be specified for non-apply patch")]);
        var live = Find(call);
        var target = call.Subresource == "scale" ? Scale.Of(live) : live.Edit();
        var patched = type == "application/merge-patch+json" ? Patch.Merge(target, patch) : Patch.Strategic(target, patch);
        if (call.Subresource == "scale")
            return new(200, Utf8(Scale.Of(Registry.Update(live, Scale.Set(live, patched), "", Manager(call, userAgent), call.DryRun))));
        var json = Checked(call, patched, warnings);
        if (json.Text("metadata", "name") != call.Name)
            throw StatusException.BadRequest($"the name of the object ({json.Text("metadata", "name")}) does not match the name on the URL ({call.Name})");
        return new(200, Registry.Update(live, json, call.Subresource, Manager(call, userAgent), call.DryRun).Document());
    }

    private Answer Apply(ApiCall call, JsonObject patch, Fault? fault, List<string> warnings)
    {
        var kind = call.Kind!;
        if (call.Text("fieldManager") is not { Length: > 0 } name)
            throw StatusException.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]);
        if (patch.Text("apiVersion") != kind.ApiVersion || patch.Text("kind") != kind.Kind)
            throw StatusException.BadRequest($"failed to create typed patch object: the body says {patch.Text("apiVersion") ?? "no apiVersion"}, {patch.Text("kind") ?? "no kind"}, the URL {kind.ApiVersion}, {kind.Kind}");
        if (patch.At("metadata", "managedFields") is not null)
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        if (patch.Text("metadata", "name") is { } own && own != call.Name)
            throw StatusException.BadRequest($"the name of the object ({own}) does not match the name on the URL ({call.Name})");
        var unknown = new List<string>();
        var applied = Schema.Decode(kind, patch, unknown);
        if (unknown.Count > 0)
            throw StatusException.BadRequest($"failed to create typed patch object ({(call.Namespace.Length == 0 ? "" : $"{call.Namespace}/")}{call.Name}; {kind.ApiVersion}, Kind={kind.Kind}): .{unknown[0]}: field not declared in schema");
        applied.Remove("apiVersion");
        applied.Remove("kind");
        if (call.Subresource.Length == 0 && kind.HasStatus)
            applied.Remove("status");
        var version = applied.Text("metadata", "resourceVersion");
        applied.Ensure("metadata").Remove("resourceVersion");
        Mark(applied, fault);
        var manager = new FieldManager(name, true, kind.ApiVersion, call.Subresource);
        Warn(call, applied, warnings);
        if (Store.Find(call.Key) is not { } live)
        {
            if (call.Subresource.Length > 0)
                throw StatusException.NotFound(kind, call.Name);
            if (applied.Text("metadata", "uid") is { Length: > 0 })
                throw StatusException.Conflict(kind, call.Name, "Precondition failed: UID in precondition: " + applied.Text("metadata", "uid") + ", UID in object meta: ");
            applied.Ensure("metadata")["name"] = call.Name;
            var created = ManagedFields.Apply(kind, [], applied, manager, true, cluster.Now);
            return new(201, Registry.Create(kind, call.Namespace, created, manager, call.DryRun).Document());
        }

        if (version is not null && version != live.Json.Text("metadata", "resourceVersion"))
            throw StatusException.Modified(kind, call.Name);
        var merged = ManagedFields.Apply(kind, live.Json, applied, manager, call.Flag("force"), cluster.Now);
        return new(200, Registry.Update(live, merged, call.Subresource, manager, call.DryRun).Document());
    }

    private Answer Delete(ApiCall call, DeleteOptions options, Fault? fault)
    {
        var live = Find(call);
        if (fault is { Kind: FaultKind.StuckFinalizer })
            live = Registry.Edit(live, json => Mark(json, fault));
        var (item, gone) = Registry.Delete(live, options);
        if (!gone || call.Kind!.ReturnsDeleted)
            return new(200, item.Document());
        var details = new JsonObject { ["name"] = call.Name, ["group"] = call.Kind!.Group, ["kind"] = call.Kind.Plural, ["uid"] = item.Uid };
        if (call.Kind.Group.Length == 0)
            details.Remove("group");
        return new(200, Utf8(new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details }));
    }

    private Answer DeleteCollection(ApiCall call, DeleteOptions options)
    {
        var items = Lists.Select(Store, call).ToList();
        foreach (var item in items)
            Registry.Delete(item, options);
        return new(200, Lists.Document(call.Kind!, items, Store.Revision, null, 0));
    }

    private StoredObject Finalize(StoredObject live, JsonObject json)
    {
        if (json.Text("metadata", "resourceVersion") is { Length: > 0 } version && version != live.Json.Text("metadata", "resourceVersion"))
            throw StatusException.Modified(live.Key.Kind, live.Key.Name);
        return Registry.Edit(live, now =>
        {
            now.Ensure("spec").Remove("finalizers");
            if (json.At("spec", "finalizers") is { } left)
                now.Ensure("spec")["finalizers"] = left.DeepClone();
        });
    }

    private StoredObject Find(ApiCall call) => Store.Find(call.Key) ?? throw StatusException.NotFound(call.Kind!, call.Name);

    private JsonObject Decode(ApiCall call, string contentType, byte[] body, List<string> warnings)
    {
        var type = contentType.Split(';')[0].Trim();
        if (type is not ("" or "application/json"))
            throw new StatusException(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/json; got {type}");
        var json = Json.Parse(body);
        var (apiVersion, kind) = call.Subresource == "scale" ? ("autoscaling/v1", "Scale") : (call.Kind!.ApiVersion, call.Kind.Kind);
        if ((json.Text("apiVersion") ?? apiVersion) != apiVersion || (json.Text("kind") ?? kind) != kind)
            throw StatusException.BadRequest($"{call.Kind!.Kind} in version \"{call.Kind.Version}\" cannot be handled as a {kind}: the body says {json.Text("apiVersion")}, {json.Text("kind")}");
        return call.Subresource == "scale" ? json : Checked(call, json, warnings);
    }

    private JsonObject Checked(ApiCall call, JsonObject json, List<string> warnings)
    {
        var unknown = new List<string>();
        var decoded = Schema.Decode(call.Kind!, json, unknown);
        var faults = unknown.Select(u => $"unknown field \"{u}\"").ToList();
        switch (call.Text("fieldValidation"))
        {
            case "Strict" when faults.Count > 0:
                throw StatusException.BadRequest($"{call.Kind!.Kind} in version \"{call.Kind.Version}\" cannot be handled as a {call.Kind.Kind}: strict decoding error: {string.Join(", ", faults)}");
            case "Ignore":
                break;
            default:
                warnings.AddRange(faults);
                break;
        }

        Warn(call, decoded, warnings);
        decoded.Remove("apiVersion");
        decoded.Remove("kind");
        return decoded;
    }

    private void Warn(ApiCall call, JsonObject json, List<string> warnings)
    {
        if (call.Kind!.HasScale && PodSecurity.Warning(Store.Find(Kinds.Namespaces, "", call.Namespace), json.Object("spec", "template", "spec")) is { } warning)
            warnings.Add(warning);
    }

    private static void Mark(JsonObject json, Fault? fault)
    {
        if (fault is { Kind: FaultKind.StuckFinalizer } && !json.Texts("metadata", "finalizers").Contains(Faults.Finalizer))
            json.Ensure("metadata").EnsureArray("finalizers").Add(Faults.Finalizer);
        if (fault is { Kind: FaultKind.NeverRuns })
            json.Ensure("metadata", "annotations")[Kubelet.WaitingReason] = Faults.Reason(fault);
    }

    private static DeleteOptions Options(ApiCall call, byte[] body)
    {
        var json = body.Length == 0 ? [] : Json.Parse(body);
        var propagation = json.Text("propagationPolicy") ?? call.Text("propagationPolicy");
        if (propagation.Length > 0 && propagation is not ("Background" or "Foreground" or "Orphan"))
            throw StatusException.Invalid("", "DeleteOptions", "", [FieldError.NotSupported("propagationPolicy", propagation, "Foreground", "Background", "Orphan", "nil")]);
        if (json.Flag("orphanDependents") is true || call.Flag("orphanDependents"))
            propagation = "Orphan";
        return new(
            json.Number("gracePeriodSeconds") ?? call.Number("gracePeriodSeconds"),
            propagation.Length == 0 ? "Background" : propagation,
            json.Text("preconditions", "uid"),
            json.Text("preconditions", "resourceVersion"),
            call.DryRun || json.Texts("dryRun").Contains("All"));
    }

    /// <summary>Who writes: as said, or else the program's name.</summary>
    private static FieldManager Manager(ApiCall call, string userAgent)
    {
        var name = call.Text("fieldManager") is { Length: > 0 } said ? said : userAgent.Split('/')[0] is { Length: > 0 } agent ? agent : "unknown";
        return new(name, false, call.Kind!.ApiVersion, call.Subresource);
    }

    private static byte[] Utf8(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
