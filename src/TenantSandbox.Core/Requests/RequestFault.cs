using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901) into what was sent; empty for the whole.</param>
/// <param name="Code">Which rule, for programs: one of <see cref="RequestFaultCodes"/>.</param>
/// <param name="Detail">What is wrong and what would be right, for people. Quotes names and never values.</param>
public sealed record RequestFault(
    [property: JsonPropertyName("pointer")] string Pointer,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("detail")] string Detail);
