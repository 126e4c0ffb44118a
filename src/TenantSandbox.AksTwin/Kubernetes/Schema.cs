using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Decodes objects as the API server's typed structs do: unknown fields are dropped (and reported), wrong types are refused,
/// nulls and empty lists and maps vanish, quantities and times take their canonical form.
/// </summary>
internal static partial class Schema
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, Type>> Fields = new();

    /// <param name="unknown">Gets the path of each field that the kind doesn't have.</param>
    public static JsonObject Decode(ResourceKind kind, JsonObject input, List<string> unknown)
    {
        try
        {
            return Struct(input, kind.Model, "", unknown);
        }
        catch (FormatException e)
        {
            throw StatusException.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {e.Message}");
        }
    }

    private static JsonObject Struct(JsonObject input, Type type, string path, List<string> unknown)
    {
        var fields = Fields.GetOrAdd(type, static t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => (p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, p.PropertyType))
            .Where(p => p.Name is not null)
            .ToDictionary(p => p.Name!, p => p.PropertyType));
        var output = new JsonObject();
        foreach (var (name, value) in input)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (!fields.TryGetValue(name, out var field))
                unknown.Add(at);
            else if (value is not null && Value(value, field, at, unknown) is { } decoded)
                output[name] = decoded;
        }

        return output;
    }

    private static JsonNode? Value(JsonNode value, Type type, string path, List<string> unknown)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var kind = value.GetValueKind();
        if (type == typeof(string))
            return kind == JsonValueKind.String ? value.DeepClone() : throw Wrong(kind, path, "string");
        if (type == typeof(int) || type == typeof(long))
            return kind == JsonValueKind.Number && value.Number() is { } n && (type == typeof(long) || n is >= int.MinValue and <= int.MaxValue)
                ? n : throw Wrong(kind, path, type == typeof(int) ? "int32" : "int64");
        if (type == typeof(bool))
            return kind is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : throw Wrong(kind, path, "bool");
        if (type == typeof(DateTime))
            return value.Time() is not null ? value.DeepClone() : throw Wrong(kind, path, "Time");
        if (type == typeof(ResourceQuantity))
            return Quantity(value, path);
        if (type == typeof(IntOrString))
            return kind is JsonValueKind.String || value.Number() is not null ? value.DeepClone() : throw Wrong(kind, path, "intstr.IntOrString");
        if (type == typeof(object))
            return value.DeepClone();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
        {
            var map = new JsonObject();
            foreach (var (name, item) in value as JsonObject ?? throw Wrong(kind, path, "map"))
                map[name] = item is null ? "" : Value(item, type.GetGenericArguments()[1], $"{path}.{name}", unknown);
            return map.Count == 0 ? null : map;
        }

        if (type.IsGenericType)
        {
            var list = new JsonArray();
            foreach (var item in value as JsonArray ?? throw Wrong(kind, path, "slice"))
            {
                if (item is not null)
                    list.Add(Value(item, type.GetGenericArguments()[0], $"{path}[{list.Count}]", unknown));
            }

            return list.Count == 0 ? null : list;
        }

        return Struct(value as JsonObject ?? throw Wrong(kind, path, type.Name), type, path, unknown);
    }

    private static JsonValue Quantity(JsonNode value, string path)
    {
        var text = value is JsonValue v && v.TryGetValue<string>(out var s) ? s : value.ToJsonString();
        // Checked before the library sees it: an exponent of five digits would keep it busy for minutes, and it misprints what is negative.
        if (!QuantityForm().IsMatch(text))
            throw new FormatException($"{path}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        try
        {
            var quantity = new ResourceQuantity(text.TrimStart('+', '-'));
            var canonical = quantity.ToDecimal() > long.MaxValue ? $"{long.MaxValue}" : quantity.CanonicalizeString();
            return JsonValue.Create(text[0] == '-' && canonical != "0" ? $"-{canonical}" : canonical);
        }
        catch (OverflowException)
        {
            return JsonValue.Create($"{long.MaxValue}");
        }
    }

    [GeneratedRegex(@"^[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?\z", RegexOptions.ECMAScript)]
    private static partial Regex QuantityForm();

    private static FormatException Wrong(JsonValueKind kind, string path, string want)
    {
        var have = kind switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => kind.ToString().ToLowerInvariant(),
        };
        return new($"json: cannot unmarshal {have} into Go struct field {path} of type {want}");
    }
}
