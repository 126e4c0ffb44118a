using System.Globalization;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Pointer">Location: a JSON pointer (RFC 6901) into the request; empty for the whole request.</param>
/// <param name="Code">The violated rule, for programs: one of <see cref="ValidationFaultCodes"/>.</param>
/// <param name="Detail">What is wrong and what is expected, for people. Quotes names, never values.</param>
/// <param name="Rule">The rule of docs/pod-template.md that refuses it; null where the code says all.</param>
public sealed record ValidationFault(
    [property: JsonPropertyName("pointer")] string Pointer,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("rule"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rule = null);

/// <summary>Something in a valid request that was changed before it was accepted.</summary>
/// <param name="Pointer">Location: a JSON pointer (RFC 6901) into the request.</param>
/// <param name="Code">What was done, for programs: <c>raised</c> or <c>defaulted</c>.</param>
/// <param name="Detail">What was done and why, for people.</param>
public sealed record RequestNote(
    [property: JsonPropertyName("pointer")] string Pointer,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("detail")] string Detail)
{
    /// <summary>A value was raised to what the app sets.</summary>
    public const string Raised = "raised";

    /// <summary>A value that must be stated was absent, and a default was taken.</summary>
    public const string Defaulted = "defaulted";
}

/// <summary>The codes of <see cref="ValidationFault"/>. They are a public contract.</summary>
public static class ValidationFaultCodes
{
    /// <summary>Not JSON, not UTF-8, or nested too deeply.</summary>
    public const string Malformed = "malformed";

    /// <summary>More than <see cref="RequestLimits.MaxRequestBytes"/>, or <see cref="RequestLimits.MaxQueueMessageBytes"/> in a queue.</summary>
    public const string TooLarge = "tooLarge";

    /// <summary>A required property is missing.</summary>
    public const string Required = "required";

    /// <summary>An unknown property.</summary>
    public const string Unknown = "unknown";

    /// <summary>A name or value that must be unique occurs again.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The value has the wrong JSON type.</summary>
    public const string Type = "type";

    /// <summary>A string with the wrong format.</summary>
    public const string Format = "format";

    /// <summary>A number, quantity, length or count outside its limits.</summary>
    public const string Range = "range";

    /// <summary>Properties that exclude each other.</summary>
    public const string Exclusive = "exclusive";

    /// <summary>Well-formed but not allowed.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Known but not supported by this version.</summary>
    public const string NotSupported = "notSupported";

    /// <summary>There are more faults than are reported.</summary>
    public const string More = "more";
}

/// <summary>Collects validation faults. A hostile request can have thousands, so only the first ones are kept.</summary>
internal sealed class ValidationFaultList
{
    private readonly List<ValidationFault> _faults = [];
    private readonly List<RequestNote> _notes = [];
    private int _more;

    public bool IsEmpty => _faults.Count == 0;

    /// <summary>What was changed in the request, if it turns out to be valid.</summary>
    public IReadOnlyList<RequestNote> Notes => _notes;

    public void AddNote(string pointer, string code, string detail)
    {
        if (_notes.Count < RequestLimits.MaxFaults)
        {
            _notes.Add(new RequestNote(pointer, code, detail));
        }
    }

    public void Add(string pointer, string code, string detail, string? rule = null)
    {
        if (_faults.Count < RequestLimits.MaxFaults)
        {
            _faults.Add(new ValidationFault(pointer, code, detail, rule));
        }
        else
        {
            _more++;
        }
    }

    public IReadOnlyList<ValidationFault> ToList() => _more == 0
        ? _faults
        : [.. _faults, new ValidationFault("", ValidationFaultCodes.More, string.Create(CultureInfo.InvariantCulture, $"{_more} more faults are not listed."))];
}
