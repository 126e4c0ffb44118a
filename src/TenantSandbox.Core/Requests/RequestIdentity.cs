using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// What makes two deliveries one request: source and id of the CloudEvent, or a door's own source and its Idempotency-Key.
/// </summary>
/// <param name="Source">Who sent it.</param>
/// <param name="Id">The sender's id of it, unique within the source.</param>
public sealed record RequestIdentity(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("id")] string Id)
{
    /// <summary>The instance id of the orchestration that hands this request in.</summary>
    public string ToInstanceId() => InstanceId(Source, Id);

    /// <summary>
    /// An orchestration instance id made of a request's identity: 68 printable ASCII characters, whatever the sender put in.
    /// </summary>
    public static string InstanceId(string source, string id)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(id);

        // The length in front keeps ("a", "bc") and ("ab", "c") apart.
        var bytes = Encoding.UTF8.GetBytes($"{source.Length}:{source}{id}");
        return $"req-{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }
}
