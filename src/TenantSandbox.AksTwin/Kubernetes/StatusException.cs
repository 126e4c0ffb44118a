using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>One fault of an object's field.</summary>
/// <param name="Reason">The cause type on the wire, like <c>FieldValueInvalid</c>.</param>
internal sealed record FieldError(string Reason, string Field, string Message)
{
    public static FieldError Required(string field, string detail = "") =>
        new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {value?.ToJsonString() ?? "null"}: {detail}");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, string value) => new("FieldValueDuplicate", field, $"Duplicate value: \"{value}\"");

    public static FieldError NotSupported(string field, string? value, params string[] supported) =>
        new("FieldValueNotSupported", field, $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public static FieldError NotFound(string field, string? value) => new("FieldValueNotFound", field, $"Not found: \"{value}\"");
}

/// <summary>An API error, in the API's own form: <c>meta/v1 Status</c>.</summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public int? RetryAfter { get; init; }

    public JsonObject ToJson() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["details"] = details?.DeepClone() ?? (RetryAfter is { } s ? new JsonObject { ["retryAfterSeconds"] = s } : new JsonObject()),
        ["code"] = code,
    };

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    /// <summary>What the API server says of a path that it doesn't serve.</summary>
    public static StatusException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static StatusException MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static StatusException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.Resource} \"{name}\" not found", Details(kind.Group, kind.Plural, name));

    public static StatusException AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.Resource} \"{name}\" already exists", Details(kind.Group, kind.Plural, name));

    public static StatusException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.Resource} \"{name}\": {why}", Details(kind.Group, kind.Plural, name));

    public static StatusException Modified(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Forbidden(ResourceKind kind, string name, string why, FieldError? cause = null) =>
        new(403, "Forbidden", $"{kind.Resource} \"{name}\" is forbidden: {why}", Details(kind.Group, kind.Plural, name, cause is null ? [] : [cause]));

    public static StatusException Expired(long asked, long oldest) =>
        new(410, "Expired", $"too old resource version: {asked} ({oldest})");

    public static StatusException Invalid(ResourceKind kind, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(kind.Group, kind.Kind, name, errors);

    public static StatusException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(e => $"{e.Field}: {e.Message}").ToList();
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new(422, "Invalid", $"{(group.Length == 0 ? kind : $"{kind}.{group}")} \"{name}\" is invalid: {list}", Details(group, kind, name, errors));
    }

    public static StatusException ApplyConflict(IReadOnlyList<(string Manager, string Field)> conflicts)
    {
        var byManager = conflicts.GroupBy(c => c.Manager).Select(g => g.Count() == 1
            ? $"conflict with {g.Key}: {g.First().Field}"
            : $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => $"- {c.Field}"))}");
        return new(
            409,
            "Conflict",
            $"Apply failed with {conflicts.Count} conflict{(conflicts.Count == 1 ? "" : "s")}: {string.Join('\n', byManager)}",
            new JsonObject
            {
                ["causes"] = conflicts.Select(c => (JsonNode)new JsonObject
                {
                    ["reason"] = "FieldManagerConflict",
                    ["message"] = $"conflict with {c.Manager}",
                    ["field"] = c.Field,
                }).ToJson(),
            });
    }

    private static JsonObject Details(string group, string kind, string name, IReadOnlyList<FieldError>? causes = null)
    {
        var details = new JsonObject { ["name"] = name };
        if (group.Length > 0)
            details["group"] = group;
        details["kind"] = kind;
        if (causes is { Count: > 0 })
        {
            details["causes"] = causes.Select(c => (JsonNode)new JsonObject
            {
                ["reason"] = c.Reason,
                ["message"] = c.Message,
                ["field"] = c.Field,
            }).ToJson();
        }

        return details;
    }
}
