using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>A list.</summary>
/// <param name="Item">The rule of its items.</param>
/// <param name="Min">Least number of items.</param>
/// <param name="Max">Greatest number of items.</param>
internal sealed record ListValue(ValueRule Item, int Min, int Max) : ValueRule
{
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"{Min} to {Max} of: {Item.Description}");

    /// <returns>A list with null in the place of each item that isn't taken, so that positions stay those of the request.</returns>
    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an array.");
            return null;
        }

        var count = value.GetArrayLength();
        if (count < Min || count > Max)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must have {Min} to {Max} items; it has {count}."));
            return null;
        }

        // Kubernetes takes an empty list for none.
        return count == 0 ? null : new JsonArray([.. value.EnumerateArray().Select((item, i) => Item.Read(item, JsonPointer.Append(pointer, i), faults))]);
    }
}

/// <summary>An object whose property names are the sender's, such as labels.</summary>
/// <param name="Key">The rule of the names.</param>
/// <param name="Value">The rule of the values.</param>
/// <param name="Max">Greatest number of properties.</param>
/// <param name="Reserved">Names that are refused by the rule <c>reservedMetadata</c>; null for none.</param>
internal sealed record MapValue(TextRule Key, TextRule Value, int Max, Regex? Reserved = null) : ValueRule
{
    /// <summary>The rule that refuses reserved names.</summary>
    public const string ReservedRule = "reservedMetadata";

    public override string Description => string.Create(CultureInfo.InvariantCulture, $"up to {Max} names with a string each");

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an object with a string for each name.");
            return null;
        }

        var count = value.GetPropertyCount();
        if (count > Max)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must have at most {Max} properties; it has {count}."));
            return null;
        }

        var map = new JsonObject();
        foreach (var property in value.EnumerateObject())
        {
            var at = JsonPointer.Append(pointer, property.Name);
            if (map.ContainsKey(property.Name))
            {
                faults.Add(at, ValidationFaultCodes.Duplicate, "This name is already given.");
            }
            else if (!Key.Accepts(property.Name))
            {
                faults.Add(at, ValidationFaultCodes.Format, $"The name must be {Key.Expectation}.");
            }
            else if (Reserved?.IsMatch(property.Name) == true)
            {
                faults.Add(at, ValidationFaultCodes.Forbidden, "This name is reserved for the app, the cluster or the container runtime. Leave it out.", ReservedRule);
            }
            else
            {
                map[property.Name] = Value.Read(property.Value, at, faults);
            }
        }

        return map.Count == 0 ? null : map;
    }
}
