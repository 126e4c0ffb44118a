namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A validation error of one field.</summary>
/// <param name="Reason">The type of the cause in the response, such as <c>FieldValueInvalid</c>.</param>
internal sealed record FieldError(string Reason, string Field, string Message)
{
    public static FieldError Required(string field, string detail = "") =>
        new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {value?.ToJsonString() ?? "null"}: {detail}");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, JsonNode value) => new("FieldValueDuplicate", field, $"Duplicate value: {value.ToJsonString(StoredObject.Compact)}");

    public static FieldError NotSupported(string field, JsonNode? value, params string[] supported) => new(
        "FieldValueNotSupported",
        field,
        $"Unsupported value: {value?.ToJsonString(StoredObject.Compact) ?? "\"\""}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public static FieldError TooLong(string field, int maxBytes) => new("FieldValueTooLong", field, $"Too long: may not be more than {maxBytes} bytes");

    public static FieldError NotFound(string field, string? value) => new("FieldValueNotFound", field, $"Not found: \"{value}\"");
}

/// <summary>An error response of the Kubernetes API: <c>meta/v1 Status</c>.</summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int? RetryAfter { get; init; }

    public JsonObject ToJson() => JsonTemplate.Fill($$$"""
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{{{Message}}},"reason":{{{reason}}},
        "details":{{{details ?? JsonTemplate.Fill($$"""{"retryAfterSeconds":{{RetryAfter}} }""")}}},"code":{{{code}}}}
        """);

    public ApiResponse ToResponse() => new(code, ToJson()) { RetryAfter = RetryAfter };

    /// <summary>Converts any exception to an API error.</summary>
    public static StatusException FromException(Exception error) => error switch
    {
        StatusException own => own,
        BadHttpRequestException bad => new(bad.StatusCode, bad.StatusCode == 413 ? "RequestEntityTooLarge" : "BadRequest", bad.Message),
        _ => new(500, "InternalError", $"Internal error occurred: {error.GetType().Name}: {error.Message}"),
    };

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException BadOptions(string kind, params FieldError[] errors) => Invalid("meta.k8s.io", kind, "", errors);

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    /// <summary>The API server's response to an unknown path.</summary>
    public static StatusException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static StatusException NotFound(ResourceKind kind, string name) => ForObject(kind, name, 404, "NotFound", "{0} not found");

    public static StatusException AlreadyExists(ResourceKind kind, string name) =>
        ForObject(kind, name, 409, "AlreadyExists", "{0} already exists");

    public static StatusException Conflict(ResourceKind kind, string name, string reason) =>
        ForObject(kind, name, 409, "Conflict", $"Operation cannot be fulfilled on {{0}}: {reason}");

    public static StatusException Modified(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Forbidden(ResourceKind kind, string name, string reason, FieldError? cause = null) =>
        ForObject(kind, name, 403, "Forbidden", $"{{0}} is forbidden: {reason}", cause is null ? [] : [cause]);

    /// <summary>An admission policy denies a request, with the status of the policy's reason.</summary>
    public static StatusException DeniedByPolicy(string group, string resource, string name, string reason, string message)
    {
        var code = reason switch { "Forbidden" => 403, "Unauthorized" => 401, "RequestEntityTooLarge" => 413, _ => 422 };
        var title = group.Length == 0 ? resource : $"{resource}.{group}";
        var details = Details(group, resource, name);
        details["causes"] = new JsonArray(new JsonObject { ["message"] = message });
        return new(code, reason, $"{title} \"{name}\" is forbidden: {message}", details);
    }

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException Invalid(ResourceKind kind, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(kind.Group, kind.Kind, name, [.. errors]);

    public static StatusException Invalid(string group, string kind, string name, params FieldError[] errors)
    {
        var texts = string.Join(", ", errors.Select(e => $"{e.Field}: {e.Message}"));
        var list = errors.Length == 1 ? texts : $"[{texts}]";
        var title = group.Length == 0 ? kind : $"{kind}.{group}";
        return new(422, "Invalid", $"{title} \"{name}\" is invalid: {list}", Details(group, kind, name, errors));
    }

    public static StatusException ApplyConflict(IReadOnlyList<(string Manager, string Field)> conflicts)
    {
        var texts = conflicts.GroupBy(c => c.Manager, c => c.Field).Select(fields => fields.Count() == 1
            ? $"conflict with {fields.Key}: {fields.First()}"
            : $"conflicts with {fields.Key}:\n- {string.Join("\n- ", fields)}");
        var causes = conflicts.Select(c => new FieldError("FieldManagerConflict", c.Field, $"conflict with {c.Manager}"));
        var title = $"Apply failed with {conflicts.Count} conflict{(conflicts.Count == 1 ? "" : "s")}";
        return new(409, "Conflict", $"{title}: {string.Join('\n', texts)}", new() { ["causes"] = Causes(causes) });
    }

    public static JsonObject Details(string group, string kind, string name, params FieldError[] causes) => JsonTemplate.Fill($$"""
        {"name":{{name}},"group":{{(group is "" ? null : group)}},"kind":{{kind}},"causes":{{(causes is [] ? null : Causes(causes))}} }
        """);

    private static JsonArray Causes(IEnumerable<FieldError> causes) =>
        causes.Select(c => JsonTemplate.Fill($$"""{"reason":{{c.Reason}},"message":{{c.Message}},"field":{{c.Field}} }""")).ToJson();

    /// <param name="message">Message with {0} as placeholder for the object.</param>
    private static StatusException ForObject(
        ResourceKind kind, string name, int code, string reason, string message, params FieldError[] causes) =>
        new(code, reason, message.Replace("{0}", $"{kind.Resource} \"{name}\""), Details(kind.Group, kind.Plural, name, causes));
}
