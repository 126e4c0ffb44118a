using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Core.Requests.PodTemplates.Rules;

namespace TenantSandbox.Core.Tests.Requests.PodTemplates;

/// <summary>Makes the definitions of pod templates in docs/tenant-request.schema.json from the table.</summary>
internal static class PodTemplateSchema
{
    private const string QuantityPattern = "^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false };

    /// <summary>The text of the schema file with today's definitions, which are its last ones.</summary>
    public static string Complete(string text) => $"{text[..text.IndexOf("    \"PodTemplateSpec\"", StringComparison.Ordinal)]}{Definitions()}\n  }}\n}}\n";

    private static string Definitions() => string.Join(",\n", PodTemplateRules.Types.Concat(KindRules.Types).Select(Definition));

    private static string Definition(ObjectRule type)
    {
        var text = new StringBuilder($"    \"{type.Name}\": {{\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n");
        var taken = type.Fields.Where(f => f.Value is not null).ToArray();
        if (taken.Where(f => f.IsRequired).Select(f => f.Name).ToArray() is { Length: > 0 } required)
        {
            text.Append(CultureInfo.InvariantCulture, $"      \"required\": {Write(new JsonArray([.. required.Select(n => JsonValue.Create(n))]))},\n");
        }

        string[] choices = [.. type.OneOf.Where(n => taken.Any(f => f.Name == n))];
        if (type.OneOf.Count > 0)
        {
            var one = new JsonArray([.. choices.Select(n => new JsonObject { ["required"] = new JsonArray(JsonValue.Create(n)) })]);
            text.Append(type.MayHaveNone
                ? $"      \"not\": {{ \"required\": {Write(new JsonArray([.. choices.Select(n => JsonValue.Create(n))]))} }},\n"
                : one.Count == 0 ? "      \"not\": {},\n" : $"      \"oneOf\": {Write(one)},\n");
        }

        var properties = taken.Select(f => $"        \"{f.Name}\": {Write(Of(f))}");
        return $"{text}      \"properties\": {{\n{string.Join(",\n", properties)}\n      }}\n    }}";
    }

    private static JsonObject Of(FieldRule field)
    {
        var schema = new JsonObject();
        if (field.Reason.Length > 0)
        {
            schema["description"] = field.Reason;
        }

        foreach (var (name, value) in Of(field.Value!).ToArray())
        {
            schema[name] = value?.DeepClone();
        }

        return schema;
    }

    private static JsonObject Of(ValueRule rule) => rule switch
    {
        TextValue text => Of(text.Rule),
        ChoiceValue choice => new() { ["enum"] = new JsonArray([.. choice.Choices.Select(c => JsonValue.Create(c))]) },
        PermittedText text => Of(text.Permitted),
        IntegerValue number => new() { ["type"] = "integer", ["minimum"] = number.Min, ["maximum"] = number.Max },
        BooleanValue { Only: { } only } => new() { ["const"] = only },
        BooleanValue => new() { ["type"] = "boolean" },
        PortValue => new()
        {
            ["type"] = new JsonArray("integer", "string"),
            ["minimum"] = 1,
            ["maximum"] = 65535,
            ["maxLength"] = PodTextRules.PortName.MaxLength,
            ["pattern"] = Pattern(PodTextRules.PortName),
        },
        QuantityValue quantity => new()
        {
            ["type"] = new JsonArray("string", "number"),
            ["maxLength"] = Quantity.MaxLength,
            ["pattern"] = QuantityPattern,
            ["minimum"] = Units(quantity.Kind, quantity.Min),
            ["maximum"] = Units(quantity.Kind, quantity.Max),
        },
        ObjectValue type => new() { ["$ref"] = $"#/$defs/{type.Type}" },
        ListValue list => new() { ["type"] = "array", ["minItems"] = list.Min, ["maxItems"] = list.Max, ["items"] = Of(list.Item) },
        MapValue map => new()
        {
            ["type"] = "object",
            ["maxProperties"] = map.Max,
            ["propertyNames"] = Names(map),
            ["additionalProperties"] = Of(map.Value),
        },
        _ => throw new NotSupportedException(rule.GetType().Name),
    };

    private static decimal Units(QuantityKind kind, int amount) => kind == QuantityKind.Cpu ? amount / 1000m : amount * 1024m * 1024m;

    private static JsonObject Names(MapValue map)
    {
        var names = new JsonObject { ["maxLength"] = map.Key.MaxLength, ["pattern"] = Pattern(map.Key) };
        if (map.Reserved is { } reserved)
        {
            names["not"] = new JsonObject { ["pattern"] = Portable(reserved.ToString()) };
        }

        return names;
    }

    private static JsonObject Of(TextRule rule) => new()
    {
        ["type"] = "string",
        ["minLength"] = rule.MinLength,
        ["maxLength"] = rule.MaxLength,
        ["pattern"] = Pattern(rule),
    };

    private static string Pattern(TextRule rule) => rule.Pattern is { } pattern ? Portable(pattern.ToString()) : "^[^\\u0000]*$";

    // JSON Schema's regular expressions are ECMA-262's.
    private static string Portable(string pattern) => pattern.Replace("\\z", "$", StringComparison.Ordinal);

    private static string Write(JsonNode node) => Spaced(node.ToJsonString(Options));

    // Spaces after colons and commas outside of strings, as in the rest of the file.
    private static string Spaced(string json)
    {
        var text = new StringBuilder();
        var isString = false;
        for (var i = 0; i < json.Length; i++)
        {
            text.Append(json[i]);
            if (json[i] == '"' && (i == 0 || json[i - 1] != '\\'))
            {
                isString = !isString;
            }
            else if (!isString)
            {
                text.Append(json[i] is ':' or ',' || (json[i] == '{' && json[i + 1] != '}') || (i + 1 < json.Length && json[i + 1] == '}' && json[i] != '{') ? " " : "");
            }

            if (json[i] == '"' && !isString && i + 1 < json.Length && json[i + 1] == '}')
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }
}
