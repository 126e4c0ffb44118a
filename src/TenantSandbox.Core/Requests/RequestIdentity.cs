using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Identifies a request over all its deliveries: source and id of the CloudEvent, or a door's own source and its id of the request.
/// </summary>
/// <param name="Source">The sender: an event's source, <see cref="HttpSource"/> or <see cref="QueueSource"/>.</param>
/// <param name="Id">The sender's id of the request, unique within the source.</param>
/// <param name="IsEvent">True when both are from a CloudEvent, whose sender may have chosen a door's name as its source.</param>
public sealed record RequestIdentity(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("event"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsEvent = false)
{
    /// <summary>The source of requests over HTTP.</summary>
    public const string HttpSource = "http";

    /// <summary>The source of bare requests in the queue.</summary>
    public const string QueueSource = "queue:tenant-requests";

    /// <summary>
    /// The instance id of the orchestration that submits this request: 68 printable ASCII characters, whatever the sender's values are.
    /// </summary>
    public string ToInstanceId()
    {
        // The length prefix keeps ("a", "bc") and ("ab", "c") apart. Only an event that uses a door's name gets the second prefix:
        // all other ids are those of earlier versions, so that a request that is delivered again after an upgrade is recognized.
        var scope = IsEvent && Source is (HttpSource or QueueSource) ? "event:" : "";
        var bytes = Encoding.UTF8.GetBytes($"{scope}{Source.Length}:{Source}{Id}");
        return $"req-{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }
}
