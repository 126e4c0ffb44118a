namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>One request that writes: decodes and checks what it sends, and hands it to the registry, under the cluster's lock.</summary>
internal sealed class Writes(Cluster cluster, ApiCall call, byte[] body, Fault? fault)
{
    private const string Plain = "application/json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Applied = "application/apply-patch+yaml";

    private readonly ResourceKind _kind = call.Kind!;
    private readonly List<string> _warnings = [];

    public Answer Answer()
    {
        var answer = (call.Verb, call.MediaType) switch
        {
            ("create", _) => Create(Faults.Mark(fault, Decode(Body(Plain))), call.Manager),
            ("update", _) => Replace(Decode(Body(Plain)), call.Manager),
            ("patch", Applied) => Apply(),
            ("patch", _) => Patch(),
            _ => Delete(),
        };
        return answer with { Warnings = _warnings };
    }

    private Answer Create(JsonObject json, string? manager) =>
        new(201, cluster.Registry.Create(_kind, call.Namespace, json, manager, call.DryRun).Document());

    private Answer Replace(JsonObject json, string? manager)
    {
        CheckName(json);
        return new(200, cluster.Registry.Update(Live(), json, manager, call.DryRun).Document());
    }

    private Answer Patch()
    {
        var patch = Body(Merge, Strategic, Applied);
        if (call.MediaType == Strategic && !Merging.IsPlain(patch))
        {
            throw Unsupported("a strategic merge patch of lists is not supported here: use kubectl apply --server-side");
        }

        return Replace(Decode(Merging.Patch(Live().Json, patch)), call.Manager);
    }

    private Answer Apply()
    {
        if (call.Text("fieldManager") is not { Length: > 0 } manager)
        {
            throw StatusException.BadOptions("PatchOptions", FieldError.Required("fieldManager", "is required for apply patch"));
        }

        var patch = Body(Applied);
        if (patch.At("metadata", "managedFields") is not null)
        {
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        }

        var applied = Faults.Mark(fault, Decode(patch));
        if (_kind.HasStatus)
        {
            applied.Remove("status");
        }

        if (cluster.Store.Find(call.Key) is { } live)
        {
            return Replace(ManagedFields.Apply(_kind, live.Json, applied, manager, call.Flag("force"), cluster.Now), manager: null);
        }

        var metadata = applied.Ensure("metadata");
        metadata.Default("name", call.Name);
        CheckName(applied);
        Registry.Require(call.Key, "UID", metadata.Text("uid"), "");
        metadata.Remove("resourceVersion");
        return Create(ManagedFields.Apply(_kind, [], applied, manager, force: true, cluster.Now), manager: null);
    }

    private Answer Delete()
    {
        var options = body.Length == 0 ? [] : Body(Plain);
        var propagation = options.Text("propagationPolicy") ?? call.Text("propagationPolicy");
        if (propagation is not ("" or "Background" or "Foreground" or "Orphan"))
        {
            throw StatusException.BadOptions(
                "DeleteOptions", FieldError.NotSupported("propagationPolicy", propagation, "Foreground", "Background", "Orphan"));
        }

        var live = cluster.Registry.Edit(Live(), json => Faults.Mark(fault, json));
        var (item, gone) = cluster.Registry.Delete(live, new(
            options.Number("gracePeriodSeconds") ?? call.Number("gracePeriodSeconds"),
            propagation,
            options.Text("preconditions", "uid"),
            options.Text("preconditions", "resourceVersion"),
            call.DryRun || options.Texts("dryRun").Contains("All")));
        var details = StatusException.Details(_kind.Group, _kind.Plural, call.Name);
        details["uid"] = item.Uid;
        return !gone || _kind.ReturnsDeleted ? new(200, item.Document())
            : new(200, Json.Of($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{{details}} }"""));
    }

    private StoredObject Live() => cluster.Store.Get(call.Key);

    private JsonObject Body(params string[] types)
    {
        if (!types.Contains(call.MediaType))
        {
            throw Unsupported($"the body of the request was in an unknown format - accepted media types: {string.Join(", ", types)}");
        }

        try
        {
            return Json.Parse(body) as JsonObject ?? throw new JsonException("the body is not a JSON object");
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    /// <summary>Takes what is sent for an object of the URL's kind, without what it says of kind and version.</summary>
    private JsonObject Decode(JsonObject json)
    {
        var title = $"{_kind.Kind} in version \"v1\" cannot be handled as a {_kind.Kind}";
        var isApply = call.MediaType == Applied;
        var sent = (json.Text("apiVersion") ?? (isApply ? "" : _kind.ApiVersion), json.Text("kind") ?? (isApply ? "" : _kind.Kind));
        if (sent != (_kind.ApiVersion, _kind.Kind))
        {
            throw StatusException.BadRequest($"{title}: the body says {sent}");
        }

        var unknown = new List<string>();
        var decoded = Schema.Decode(_kind, json, unknown);
        var faults = unknown.Select(field => $"unknown field \"{field}\"").ToList();
        if (faults.Count > 0 && isApply)
        {
            throw StatusException.BadRequest($"failed to create typed patch object ({$"{call.Namespace}/{call.Name}".TrimStart('/')}; "
                + $"{_kind.ApiVersion}, Kind={_kind.Kind}): .{unknown[0]}: field not declared in schema");
        }

        if (faults.Count > 0 && call.Text("fieldValidation") == "Strict")
        {
            throw StatusException.BadRequest($"{title}: strict decoding error: {string.Join(", ", faults)}");
        }

        if (call.Text("fieldValidation") != "Ignore")
        {
            _warnings.AddRange(faults);
        }

        var ns = cluster.Store.Find(Kinds.Namespaces, "", call.Namespace);
        if (PodSecurity.Breaches(ns, "warn", decoded.Object("spec", "template", "spec")) is { } breaches)
        {
            _warnings.Add($"would violate {breaches}");
        }

        if (decoded.Text("metadata", "namespace") is { Length: > 0 } own && own != call.Namespace)
        {
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        decoded.Remove("apiVersion");
        decoded.Remove("kind");
        return decoded;
    }

    private void CheckName(JsonObject json)
    {
        if (json.Text("metadata", "name") is var name && name != call.Name)
        {
            throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Name})");
        }
    }

    private static StatusException Unsupported(string message) => new(415, "UnsupportedMediaType", message);
}
