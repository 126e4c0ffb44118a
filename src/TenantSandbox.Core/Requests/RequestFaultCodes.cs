namespace TenantSandbox.Core.Requests;

/// <summary>The codes of <see cref="RequestFault"/>. They are a public contract.</summary>
public static class RequestFaultCodes
{
    /// <summary>Not JSON, not UTF-8, or nested too deeply.</summary>
    public const string Malformed = "malformed";

    /// <summary>More than <see cref="RequestLimits.MaxRequestBytes"/>.</summary>
    public const string TooLarge = "tooLarge";

    /// <summary>A property that must be there is missing.</summary>
    public const string Required = "required";

    /// <summary>A property that isn't part of a request.</summary>
    public const string Unknown = "unknown";

    /// <summary>A name or value that may occur once occurs again.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Another JSON type is asked for.</summary>
    public const string Type = "type";

    /// <summary>A text that doesn't follow its form.</summary>
    public const string Format = "format";

    /// <summary>A number, quantity, length or count outside its limits.</summary>
    public const string Range = "range";

    /// <summary>Properties that exclude each other.</summary>
    public const string Exclusive = "exclusive";

    /// <summary>Well-formed, but not allowed.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Known, but not carried out by this version.</summary>
    public const string NotSupported = "notSupported";

    /// <summary>There are more faults than are listed.</summary>
    public const string More = "more";
}
