using System.Text.RegularExpressions;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Decodes objects as the API server's typed structs do: unknown fields are dropped (and reported), wrong types are refused,
/// nulls and empty lists and maps vanish, quantities and times take their canonical form.
/// </summary>
internal sealed partial class Schema(ResourceKind kind, List<string> unknown)
{
    /// <summary>What has no parts: its name in Go, and the JSON that it takes.</summary>
    private static readonly Dictionary<Type, (string Name, Predicate<JsonNode> Takes)> Scalars = new()
    {
        [typeof(string)] = ("string", v => v.Text() is not null),
        [typeof(bool)] = ("bool", v => v.Flag() is not null),
        [typeof(int)] = ("int32", v => v.Number() is >= int.MinValue and <= int.MaxValue),
        [typeof(long)] = ("int64", v => v.Number() is not null),
        [typeof(DateTime)] = ("Time", v => v.Time() is not null),
        [typeof(IntOrString)] = ("intstr.IntOrString", v => v.Text() is not null || v.Number() is not null),
        [typeof(object)] = ("interface {}", _ => true),
    };

    /// <param name="unknown">Gets the path of each field that the kind doesn't have.</param>
    public static JsonObject Decode(ResourceKind kind, JsonObject input, List<string> unknown) =>
        new Schema(kind, unknown).Struct(input, kind.Model, "");

    private JsonObject Struct(JsonObject input, Type type, string path)
    {
        var fields = JsonSerializerOptions.Default.GetTypeInfo(type).Properties;
        var output = new JsonObject();
        foreach (var (name, value) in input)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (fields.FirstOrDefault(f => f.Name == name) is not { } field)
            {
                unknown.Add(at);
            }
            else if (value is not null && Value(value, field.PropertyType, at) is { } decoded)
            {
                output[name] = decoded;
            }
        }

        return output;
    }

    private JsonNode? Value(JsonNode value, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalars.TryGetValue(type, out var scalar))
        {
            return scalar.Takes(value) ? value.DeepClone() : throw Wrong(value, path, scalar.Name);
        }

        if (type == typeof(ResourceQuantity))
        {
            return Quantity(value, path);
        }

        switch (type.GetGenericArguments())
        {
            case [_, var of]:
                var map = new JsonObject();
                foreach (var (name, item) in value as JsonObject ?? throw Wrong(value, path, "map"))
                {
                    map[name] = Value(item ?? (of == typeof(ResourceQuantity) ? "0" : ""), of, $"{path}.{name}");
                }

                return map.Count == 0 ? null : map;
            case [var of]:
                var list = new JsonArray();
                foreach (var item in (value as JsonArray ?? throw Wrong(value, path, "slice")).OfType<JsonNode>())
                {
                    list.Add(Value(item, of, $"{path}[{list.Count}]"));
                }

                return list.Count == 0 ? null : list;
            default:
                return Struct(value as JsonObject ?? throw Wrong(value, path, type.Name), type, path);
        }
    }

    private JsonValue Quantity(JsonNode value, string path)
    {
        var text = value.Text() ?? value.ToJsonString();
        // Checked before the library sees it: an exponent of five digits would keep it busy for minutes, and it misprints what is negative.
        if (!QuantityForm().IsMatch(text))
        {
            throw Refused($"{path}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }

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

    private StatusException Wrong(JsonNode value, string path, string want)
    {
        var have = value.Flag() is null ? value.GetValueKind().ToString().ToLowerInvariant() : "bool";
        return Refused($"json: cannot unmarshal {have} into Go struct field {path} of type {want}");
    }

    private StatusException Refused(string why) =>
        StatusException.BadRequest($"{kind.Kind} in version \"v1\" cannot be handled as a {kind.Kind}: {why}");

    [GeneratedRegex(@"^[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?\z", RegexOptions.ECMAScript)]
    private static partial Regex QuantityForm();
}
