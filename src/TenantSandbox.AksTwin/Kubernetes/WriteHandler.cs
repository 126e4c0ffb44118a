using TenantSandbox.AksTwin.Kubernetes.PodSecurity;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Handles one create, update, patch, apply or delete request, under the cluster's lock.</summary>
internal sealed class WriteHandler(Cluster cluster, ApiRequest call, UserInfo user, byte[] body, InjectedFault? fault)
{
    private const string PlainJson = "application/json";
    private const string MergePatch = "application/merge-patch+json";
    private const string StrategicMergePatch = "application/strategic-merge-patch+json";
    private const string ApplyPatch = ApiRequest.ApplyPatch;

    private readonly ResourceKind _kind = call.Kind!;
    private readonly List<string> _warnings = [];

    /// <summary>The fields that the body has more than once: the last one counts.</summary>
    private readonly List<string> _duplicates = [];

    public ApiResponse Handle()
    {
        ApiResponse? response = null;
        RequestOptions.Check(call);
        cluster.Registry.TakeWarnings();
        cluster.Registry.RunAs(user, this, handler => response = handler.Dispatch());
        return response! with { Warnings = [.. _warnings, .. cluster.Registry.TakeWarnings()] };
    }

    private ApiResponse Dispatch() => (call.Verb, call.MediaType) switch
    {
        ("create", _) => Create(InjectedFaultEffects.ApplyTo(fault, Decode(ParseBody(PlainJson))), call.FieldManager),
        ("update", _) => Replace(Decode(ParseBody(PlainJson)), call.FieldManager),
        ("patch", ApplyPatch) => Apply(),
        ("patch", _) => Patch(),
        _ => Delete(),
    };

    private ApiResponse Create(JsonObject json, string? manager) =>
        new(201, cluster.Registry.Create(_kind, call.Namespace, json, manager, call.IsDryRun).ToDocument());

    private ApiResponse Replace(JsonObject json, string? manager)
    {
        CheckName(json);
        return new(200, cluster.Registry.Update(GetLive(), json, manager, call.IsDryRun).ToDocument());
    }

    private ApiResponse Patch()
    {
        var patch = ParseBody(MergePatch, StrategicMergePatch, ApplyPatch);
        if (call.MediaType == StrategicMergePatch && !ObjectMerge.IsPlain(patch))
        {
            throw Unsupported("a strategic merge patch of lists is not supported here: use kubectl apply --server-side");
        }

        return Replace(CheckUid(Decode(ObjectMerge.Patch(GetLive().Json, patch))), call.FieldManager);
    }

    private ApiResponse Apply()
    {
        var (manager, patch) = (call.GetQuery("fieldManager"), ParseBody(ApplyPatch));
        if (patch.GetNode("metadata", "managedFields") is not null)
        {
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        }

        var applied = InjectedFaultEffects.ApplyTo(fault, Decode(patch));
        if (_kind.HasStatus)
        {
            applied.Remove("status");
        }

        if (cluster.Store.Find(call.Key) is { } live)
        {
            return Replace(CheckUid(ManagedFields.Apply(_kind, live.Json, applied, manager, call.GetQueryFlag("force"), cluster.Now)), manager: null);
        }

        var metadata = applied.EnsureObject("metadata");
        metadata.SetDefault("name", call.Name);
        CheckName(applied);
        Registry.CheckPrecondition(call.Key, "UID", metadata.GetString("uid"), "");
        metadata.Remove("resourceVersion");
        return Create(ManagedFields.Apply(_kind, [], applied, manager, force: true, cluster.Now), manager: null);
    }

    private ApiResponse Delete()
    {
        var options = body.Length == 0 ? [] : ParseBody(PlainJson);
        var propagation = options.GetString("propagationPolicy") ?? call.GetQuery("propagationPolicy");
        RequestOptions.CheckDelete(propagation, options.GetStrings("dryRun"));
        var live = cluster.Registry.Modify(GetLive(), json => InjectedFaultEffects.ApplyTo(fault, json));
        var (item, isRemoved) = cluster.Registry.Delete(live, new(
            options.GetInteger("gracePeriodSeconds") ?? call.GetQueryNumber("gracePeriodSeconds"),
            propagation,
            options.GetString("preconditions", "uid"),
            options.GetString("preconditions", "resourceVersion"),
            call.IsDryRun || options.GetStrings("dryRun").Contains("All")));
        var details = StatusException.Details(_kind.Group, _kind.Plural, call.Name);
        details["uid"] = item.Uid;
        return !isRemoved || _kind.ReturnsDeletedObject ? new(200, item.ToDocument())
            : new(200, JsonTemplate.Fill($$"""
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{{details}} }
                """));
    }

    private StoredObject GetLive() => cluster.Store.Get(call.Key);

    private JsonObject ParseBody(params string[] types)
    {
        if (!types.Contains(call.MediaType))
        {
            throw Unsupported($"the body of the request was in an unknown format - accepted media types: {string.Join(", ", types)}");
        }

        try
        {
            return JsonParser.Parse(body, duplicates: _duplicates) as JsonObject ?? throw new JsonException("the body is not a JSON object");
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    /// <summary>Decodes a body as an object of the URL's kind; apiVersion and kind are checked and removed.</summary>
    private JsonObject Decode(JsonObject json)
    {
        var title = $"{_kind.Kind} in version \"{_kind.Version}\" cannot be handled as a {_kind.Kind}";
        var isApply = call.IsApply;
        var sent = (
            json.GetString("apiVersion") ?? (isApply ? "" : _kind.ApiVersion), json.GetString("kind") ?? (isApply ? "" : _kind.Kind));
        if (sent != (_kind.ApiVersion, _kind.Kind))
        {
            throw StatusException.BadRequest($"{title}: the body has {sent}");
        }

        var unknown = new List<string>();
        var decoded = ObjectDecoder.Decode(_kind, json, unknown);
        List<string> errors = [.. _duplicates.Select(field => $"duplicate field \"{field}\""), .. unknown.Select(field => $"unknown field \"{field}\"")];
        if (unknown.Count > 0 && isApply)
        {
            throw StatusException.BadRequest($"failed to create typed patch object ({$"{call.Namespace}/{call.Name}".TrimStart('/')}; "
                + $"{_kind.ApiVersion}, Kind={_kind.Kind}): .{unknown[0]}: field not declared in schema");
        }

        if (errors.Count > 0 && call.GetQuery("fieldValidation") == "Strict")
        {
            throw StatusException.BadRequest($"{title}: strict decoding error: {string.Join(", ", errors)}");
        }

        if (call.GetQuery("fieldValidation") != "Ignore")
        {
            _warnings.AddRange(errors);
        }

        if (_kind.FindPodTemplate(decoded) is { } template && (_kind != Kinds.Pods || call.Verb == "create")
            && PodSecurityAdmission.FindWarning(cluster.Store.Find(Kinds.Namespaces, "", call.Namespace)?.Json, template) is { } violations)
        {
            _warnings.Add($"would violate {violations}");
        }

        if (decoded.GetString("metadata", "namespace") is { Length: > 0 } own && own != call.Namespace)
        {
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        decoded.Remove("apiVersion");
        decoded.Remove("kind");
        return decoded;
    }

    private void CheckName(JsonObject json)
    {
        if (json.GetString("metadata", "name") is var name && name != call.Name)
        {
            throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Name})");
        }
    }

    /// <summary>Unlike the uid of a replacement, which is a precondition, that of a patch is a change of the object.</summary>
    private JsonObject CheckUid(JsonObject patched) => patched.GetString("metadata", "uid") is { Length: > 0 } uid && uid != GetLive().Uid
        ? throw StatusException.Invalid(_kind, call.Name, [FieldError.Invalid("metadata.uid", uid, "field is immutable")])
        : patched;

    private static StatusException Unsupported(string message) => new(415, "UnsupportedMediaType", message);
}
