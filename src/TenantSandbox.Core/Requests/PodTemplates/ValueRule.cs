using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>The values that a field may have.</summary>
internal abstract record ValueRule
{
    /// <summary>In words, for messages and the documentation; continues "Must be …".</summary>
    public abstract string Description { get; }

    /// <summary>The value in canonical form; null, with a validation fault added, when it isn't taken.</summary>
    public abstract JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults);

    /// <summary>Whether a value is taken.</summary>
    public bool Accepts(JsonElement value)
    {
        var faults = new ValidationFaultList();
        Read(value, "", faults);
        return faults.IsEmpty;
    }
}

/// <summary>A string.</summary>
internal sealed record TextValue(TextRule Rule) : ValueRule
{
    public override string Description => Rule.Expectation;

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults) =>
        Rule.Read(value, pointer, faults) is { } text ? JsonValue.Create(text) : null;
}

/// <summary>One of a few strings.</summary>
internal sealed record ChoiceValue(params IReadOnlyList<string> Choices) : ValueRule
{
    public override string Description => Choices.Count == 1 ? $"\"{Choices[0]}\"" : $"one of {string.Join(", ", Choices.Select(c => $"\"{c}\""))}";

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind == JsonValueKind.String && Choices.Contains(value.GetString()!))
        {
            return JsonValue.Create(value.GetString());
        }

        faults.Add(
            pointer, value.ValueKind == JsonValueKind.String ? ValidationFaultCodes.Format : ValidationFaultCodes.Type, $"Must be {Description}.");
        return null;
    }
}

/// <summary>An integer within bounds.</summary>
internal sealed record IntegerValue(long Min, long Max) : ValueRule
{
    public override string Description => Min == Max
        ? string.Create(CultureInfo.InvariantCulture, $"{Min}")
        : string.Create(CultureInfo.InvariantCulture, $"an integer from {Min} to {Max}");

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults) =>
        ObjectReader.ReadInteger(value, pointer, Min, Max, faults) is { } number ? JsonValue.Create(number) : null;
}

/// <summary>True or false, or only one of them.</summary>
internal sealed record BooleanValue(bool? Only = null) : ValueRule
{
    public override string Description => Only switch { null => "true or false", true => "true", false => "false" };

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False && Only != !value.GetBoolean())
        {
            return JsonValue.Create(value.GetBoolean());
        }

        faults.Add(pointer, ValidationFaultCodes.Type, $"Must be {Description}.");
        return null;
    }
}

/// <summary>A port's number, or the name of one of the container's ports.</summary>
internal sealed record PortValue : ValueRule
{
    public override string Description => "a port from 1 to 65535, or the name of one of the container's ports";

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults) => value.ValueKind == JsonValueKind.String
        ? PodTextRules.PortName.Read(value, pointer, faults) is { } name ? JsonValue.Create(name) : null
        : ObjectReader.ReadInteger(value, pointer, 1, 65535, faults) is { } number ? JsonValue.Create(number) : null;
}

/// <summary>An object of a type in the table.</summary>
internal sealed record ObjectValue(string Type) : ValueRule
{
    public override string Description => Accepted is [{ Value: ChoiceValue { Choices: [var only] } } single]
        ? $"{{\"{single.Name}\": \"{only}\"}}"
        : $"a {Type}";

    private FieldRule[] Accepted => [.. PodTemplateRules.Of(Type).Fields.Where(f => f.Verdict == FieldVerdict.Accepted)];

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults) => PodTemplateRules.Of(Type).Read(value, pointer, faults);
}
