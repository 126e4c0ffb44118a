using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>The rules of one type of the Kubernetes API.</summary>
/// <param name="Name">Its name there, or a variant of it (see <paramref name="Model"/>).</param>
/// <param name="Fields">Every field of the type.</param>
internal sealed record ObjectRule(string Name, IReadOnlyList<FieldRule> Fields)
{
    /// <summary>The type's name in the Kubernetes API, where the table has variants of one type.</summary>
    public string Model { get; init; } = Name;

    /// <summary>Fields of which exactly one must be given; empty for none.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    /// <summary>Whether it may also have none of <see cref="OneOf"/>.</summary>
    public bool MayHaveNone { get; init; }

    /// <summary>The name of the rule that refuses unknown fields, and why; null where they are spelling mistakes.</summary>
    public (string Rule, string Reason)? Others { get; init; }

    /// <summary>
    /// Reads an object. Nulls count as absent, as in Kubernetes. A field that the app sets is left out, except where later checks compare it.
    /// </summary>
    /// <returns>What was accepted; null when it isn't an object.</returns>
    public JsonObject? Read(JsonElement element, string pointer, ValidationFaultList faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an object.");
            return null;
        }

        var accepted = new JsonObject();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var isRefused = false;
        foreach (var property in element.EnumerateObject())
        {
            var at = JsonPointer.Append(pointer, property.Name);
            if (!seen.Add(property.Name))
            {
                faults.Add(at, ValidationFaultCodes.Duplicate, $"\"{Spelling.Shorten(property.Name)}\" occurs more than once.");
            }
            else if (property.Value.ValueKind == JsonValueKind.Null)
            {
                seen.Remove(property.Name);
            }
            else if (Fields.FirstOrDefault(f => f.Name == property.Name) is not { } field)
            {
                AddUnknown(property.Name, at, faults);
            }
            else if (!Read(field, property.Value, at, faults, accepted))
            {
                isRefused = true;
            }
        }

        foreach (var field in Fields.Where(f => f.IsRequired && !seen.Contains(f.Name)))
        {
            faults.Add(JsonPointer.Append(pointer, field.Name), ValidationFaultCodes.Required, $"\"{field.Name}\" is required.");
        }

        CheckOneOf(seen, isRefused, pointer, faults);
        return accepted;
    }

    private static bool Read(FieldRule field, JsonElement value, string pointer, ValidationFaultList faults, JsonObject accepted)
    {
        switch (field.Verdict)
        {
            case FieldVerdict.Accepted:
                accepted[field.Name] = field.Value!.Read(value, pointer, faults);
                return true;
            case FieldVerdict.Set when field.Value!.Accepts(value):
                return true;
            default:
                var expected = field.Value is { } same ? $" Leave it out, or give {same.Description}." : " Leave it out.";
                faults.Add(pointer, ValidationFaultCodes.Forbidden, $"{field.Reason}{expected}", field.Rule);
                return false;
        }
    }

    private void AddUnknown(string name, string pointer, ValidationFaultList faults)
    {
        if (Others is { } others)
        {
            faults.Add(pointer, ValidationFaultCodes.Forbidden, others.Reason, others.Rule);
            return;
        }

        string[] known = [.. Fields.Where(f => f.Verdict != FieldVerdict.Refused).Select(f => f.Name)];
        faults.Add(pointer, ValidationFaultCodes.Unknown, $"Unknown property \"{Spelling.Shorten(name)}\".{Spelling.Suggest(name, known)}");
    }

    // What was refused would have been the one; a second fault about it would say nothing.
    private void CheckOneOf(HashSet<string> given, bool isRefused, string pointer, ValidationFaultList faults)
    {
        var count = OneOf.Count(given.Contains);
        if (OneOf.Count == 0 || isRefused || count == 1 || (count == 0 && MayHaveNone))
        {
            return;
        }

        var names = string.Join(", ", OneOf.Select(n => $"\"{n}\""));
        faults.Add(
            pointer,
            count == 0 ? ValidationFaultCodes.Required : ValidationFaultCodes.Exclusive,
            MayHaveNone ? $"Must have at most one of {names}." : $"Must have exactly one of {names}.");
    }
}
