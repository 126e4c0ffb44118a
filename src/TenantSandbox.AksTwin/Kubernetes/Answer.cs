namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>One answer, ready to send.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json")
{
    public Answer(int status, JsonObject json) : this(status, JsonSerializer.SerializeToUtf8Bytes(json)) { }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public int? RetryAfter { get; init; }
}
