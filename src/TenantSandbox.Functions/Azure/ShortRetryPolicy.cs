using Azure.Core;
using Azure.Core.Pipeline;

namespace TenantSandbox.Functions.Azure;

/// <summary>
/// Two quick retries for failures that last seconds. A response with Retry-After is returned to the orchestration instead: its
/// timer is durable and occupies no worker.
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
