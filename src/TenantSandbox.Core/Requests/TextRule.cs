using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>What a text must look like.</summary>
/// <param name="Expectation">Ends the sentence "Must be …".</param>
/// <param name="MaxLength">In UTF-16 code units.</param>
/// <param name="Pattern">Null for any text without NUL.</param>
/// <param name="MinLength">In UTF-16 code units.</param>
internal sealed record TextRule(string Expectation, int MaxLength, Regex? Pattern = null, int MinLength = 1)
{
    /// <summary>Whether a text keeps the rule.</summary>
    public bool Accepts(string text) => text.Length >= MinLength && text.Length <= MaxLength && !text.Contains('\0') && Pattern?.IsMatch(text) != false;

    /// <returns>Null, with a fault noted, when the rule isn't kept.</returns>
    public string? Read(JsonElement value, string pointer, FaultList faults)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            faults.Add(pointer, RequestFaultCodes.Type, $"Must be a string: {Expectation}.");
            return null;
        }

        var text = value.GetString()!;
        if (text.Length < MinLength || text.Length > MaxLength)
            faults.Add(pointer, RequestFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must be {MinLength} to {MaxLength} characters long: {Expectation}."));
        else if (!Accepts(text))
            faults.Add(pointer, RequestFaultCodes.Format, $"Must be {Expectation}.");
        else
            return text;
        return null;
    }
}
