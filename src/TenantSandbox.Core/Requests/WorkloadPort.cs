using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>A port and its protocol.</summary>
/// <param name="Port">1 to 65535.</param>
/// <param name="Protocol"><c>TCP</c> or <c>UDP</c>.</param>
public sealed record WorkloadPort(
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("protocol")] string Protocol = "TCP");
