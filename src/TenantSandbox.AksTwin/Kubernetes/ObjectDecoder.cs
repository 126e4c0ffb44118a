using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Decodes objects as the API server's typed structs do: drops and reports unknown fields, rejects wrong types, removes nulls and
/// empty lists and maps, and converts quantities to canonical form.
/// </summary>
internal sealed partial class ObjectDecoder(ResourceKind kind, List<string> unknown)
{
    /// <summary>Scalar types with their Go name and a check of the JSON they accept.</summary>
    private static readonly Dictionary<Type, (string Name, Predicate<JsonNode> Accepts)> Scalars = new()
    {
        [typeof(string)] = ("string", v => v.GetString() is not null),
        [typeof(bool)] = ("bool", v => v.GetBoolean() is not null),
        [typeof(int)] = ("int32", v => v.GetInteger() is >= int.MinValue and <= int.MaxValue),
        [typeof(long)] = ("int64", v => v.GetInteger() is not null),
        [typeof(byte[])] = ("[]uint8", v => v.GetString() is { } text && Convert.TryFromBase64String(text, new byte[text.Length], out _)),
        [typeof(DateTime)] = ("Time", v => v.GetTime() is not null),
        [typeof(IntOrString)] = ("intstr.IntOrString", v => v.GetString() is not null || v.GetInteger() is not null),
        [typeof(object)] = ("interface {}", _ => true),
    };

    /// <summary>Names of fields are those of the client library's attributes, or the property's in camel case.</summary>
    private static readonly JsonSerializerOptions Models = new()
    { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <summary>The types of a model's fields by name: making them is most of a decoding, so they are kept.</summary>
    private static readonly ConcurrentDictionary<Type, FrozenDictionary<string, Type>> Fields = new();

    /// <param name="unknown">Receives the paths of fields that the kind doesn't have.</param>
    /// <exception cref="StatusException">400: a field has the wrong type.</exception>
    public static JsonObject Decode(ResourceKind kind, JsonObject input, List<string> unknown) =>
        new ObjectDecoder(kind, unknown).DecodeStruct(input, kind.Model, "");

    private JsonObject DecodeStruct(JsonObject input, Type type, string path)
    {
        var fields = Fields.GetOrAdd(type, t => Models.GetTypeInfo(t).Properties.ToFrozenDictionary(f => f.Name, f => f.PropertyType));
        var output = new JsonObject();
        foreach (var (name, value) in input)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (!fields.TryGetValue(name, out var fieldType))
            {
                unknown.Add(at);
            }
            else if (value is not null && DecodeValue(value, fieldType, at) is { } decoded)
            {
                output[name] = decoded;
            }
        }

        return output;
    }

    private JsonNode? DecodeValue(JsonNode value, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalars.TryGetValue(type, out var scalar))
        {
            return scalar.Accepts(value) ? value.DeepClone() : throw WrongType(value, path, scalar.Name);
        }

        if (type == typeof(ResourceQuantity))
        {
            return DecodeQuantity(value, path);
        }

        switch (type.GetGenericArguments())
        {
            case [_, var valueType]:
                var map = new JsonObject();
                foreach (var (name, item) in value as JsonObject ?? throw WrongType(value, path, "map"))
                {
                    map[name] = DecodeValue(item ?? (valueType == typeof(ResourceQuantity) ? "0" : ""), valueType, $"{path}.{name}");
                }

                return map.Count == 0 ? null : map;
            case [var itemType]:
                var list = new JsonArray();
                foreach (var item in (value as JsonArray ?? throw WrongType(value, path, "slice")).OfType<JsonNode>())
                {
                    list.Add(DecodeValue(item, itemType, $"{path}[{list.Count}]"));
                }

                return list.Count == 0 ? null : list;
            default:
                return DecodeStruct(value as JsonObject ?? throw WrongType(value, path, type.Name), type, path);
        }
    }

    private JsonValue DecodeQuantity(JsonNode value, string path)
    {
        var text = value.GetString() ?? value.ToJsonString();
        // Checked first: the library takes minutes for an exponent of five digits, and formats negative quantities wrongly.
        if (!QuantityForm().IsMatch(text))
        {
            throw DecodeError($"{path}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
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

    private StatusException WrongType(JsonNode value, string path, string expected)
    {
        var actual = value.GetBoolean() is null ? value.GetValueKind().ToString().ToLowerInvariant() : "bool";
        return DecodeError($"json: cannot unmarshal {actual} into Go struct field {path} of type {expected}");
    }

    private StatusException DecodeError(string reason) =>
        StatusException.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {reason}");

    [GeneratedRegex(@"^[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?\z", RegexOptions.ECMAScript)]
    private static partial Regex QuantityForm();
}
