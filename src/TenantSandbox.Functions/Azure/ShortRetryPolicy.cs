using Azure.Core;
using Azure.Core.Pipeline;

namespace TenantSandbox.Functions.Azure;

/// <summary>
/// Two quick retries for faults that pass within seconds. Where the service asks for a wait, the answer goes to the orchestration instead: its
/// timer is durable and holds no worker.
/// </summary>
internal sealed class ShortRetryPolicy() : RetryPolicy(maxRetries: 2)
{
    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        !AsksToWait(message) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        AsksToWait(message) ? ValueTask.FromResult(false) : base.ShouldRetryAsync(message, exception);

    private static bool AsksToWait(HttpMessage message) =>
        message.HasResponse && (message.Response.Status == 429 || message.Response.Headers.Contains("Retry-After"));
}
