using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates ConfigMaps and Secrets.</summary>
internal static class ConfigurationValidation
{
    private const int MaxBytes = 1 << 20;

    /// <summary>The keys that Secrets of a type must have; one of them suffices.</summary>
    private static readonly Dictionary<string, string[]> RequiredKeys = new()
    {
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/basic-auth"] = ["username", "password"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
    };

    public static readonly ValidationRule ConfigMap = ForFields(
        ("data|binaryData", Keys),
        ("", (value, path) => CheckSize(value.GetStringMap("data").Sum(p => Encoding.UTF8.GetByteCount(p.Value))
            + value.GetStringMap("binaryData").Sum(p => DecodedLength(p.Value)), path)),
        ("", (value, path) => value.GetStringMap("binaryData").Where(p => value.GetNode("data", p.Key) is not null)
            .Select(p => FieldError.Invalid($"data[{p.Key}]", p.Key, "duplicate of key present in binaryData"))));

    public static readonly ValidationRule Secret = ForFields(
        ("data", Keys),
        ("", (value, path) => CheckSize(value.GetStringMap("data").Sum(p => DecodedLength(p.Value)), "data")),
        ("", CheckRequiredKeys),
        ("", CheckTlsAndToken),
        ("", CheckPullSecret));

    /// <summary>What an update may not change: the type of a Secret, and the data of an immutable object.</summary>
    public static IEnumerable<FieldError> CheckUpdate(JsonObject json, JsonObject old)
    {
        if (json.GetString("type") != old.GetString("type"))
        {
            yield return FieldError.Invalid("type", json["type"], "field is immutable");
        }

        foreach (var field in old.GetBoolean("immutable") is true ? (string[])["immutable", "data", "binaryData"] : [])
        {
            if (!JsonNode.DeepEquals(json[field], old[field]))
            {
                yield return FieldError.Forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }

    private static IEnumerable<FieldError> Keys(JsonNode? map, string path) =>
        map.GetStringMap().SelectMany(p => NameFormat.ConfigKey.Check(p.Key, $"{path}[{p.Key}]").Concat(CheckDots(p.Key, $"{path}[{p.Key}]")));

    /// <summary>Keys become names of files.</summary>
    private static IEnumerable<FieldError> CheckDots(string key, string path) => key switch
    {
        "." => [FieldError.Invalid(path, key, "must not be '.'")],
        ".." => [FieldError.Invalid(path, key, "must not be '..'")],
        _ when key.StartsWith("..", StringComparison.Ordinal) => [FieldError.Invalid(path, key, "must not start with '..'")],
        _ => [],
    };

    private static IEnumerable<FieldError> CheckSize(int bytes, string path) => bytes <= MaxBytes ? []
        : [FieldError.TooLong(path, MaxBytes)];

    private static IEnumerable<FieldError> CheckRequiredKeys(JsonNode? secret, string path) =>
        RequiredKeys.GetValueOrDefault(secret.GetString("type") ?? "") is not { } keys
            || keys.Any(k => secret.GetNode("data", k) is not null) ? [] : keys.Select(k => FieldError.Required($"data[{k}]"));

    /// <summary>Types that need every one of their keys, or the name of a service account.</summary>
    private static IEnumerable<FieldError> CheckTlsAndToken(JsonNode? secret, string path)
    {
        const string Account = "kubernetes.io/service-account.name";
        return secret.GetString("type") switch
        {
            "kubernetes.io/tls" => ((string[])["tls.crt", "tls.key"]).Where(key => secret.GetNode("data", key) is null)
                .Select(key => FieldError.Required($"data[{key}]")),
            "kubernetes.io/service-account-token" when secret.GetString("metadata", "annotations", Account) is null or "" =>
                [FieldError.Required($"metadata.annotations[{Account}]")],
            _ => [],
        };
    }

    private static IEnumerable<FieldError> CheckPullSecret(JsonNode? secret, string path)
    {
        if (secret.GetString("type") != "kubernetes.io/dockerconfigjson"
            || secret.GetString("data", ".dockerconfigjson") is not { } encoded)
        {
            return [];
        }

        try
        {
            return JsonParser.Parse(Convert.FromBase64String(encoded)) is null ? Invalid("unexpected end of JSON input") : [];
        }
        catch (JsonException e)
        {
            return Invalid(e.Message);
        }

        static IEnumerable<FieldError> Invalid(string reason) =>
            [FieldError.Invalid("data[.dockerconfigjson]", "<secret contents redacted>", reason)];
    }

    private static int DecodedLength(string base64) => Convert.FromBase64String(base64).Length;
}
