using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace TenantSandbox.Functions.Doors;

/// <summary>The client of the queue of rejected requests; null when no storage is configured.</summary>
internal sealed record RejectedQueue(QueueClient? Client)
{
    private const string Connection = "AzureWebJobsStorage";

    /// <summary>Uses the host's own connection: a connection string, or an account with the app's identity.</summary>
    public static RejectedQueue FromConfiguration(IConfiguration configuration)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        var section = configuration.GetSection(Connection);
        if (section.Value is { Length: > 0 } connectionString)
        {
            return new RejectedQueue(new QueueClient(connectionString, QueueNames.Rejected, options));
        }

        var service = section["queueServiceUri"] ?? (section["accountName"] is { Length: > 0 } account ? $"https://{account}.queue.core.windows.net" : null);
        if (service is null)
        {
            return new RejectedQueue((QueueClient?)null);
        }

        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = section["clientId"] });
        return new RejectedQueue(new QueueClient(new Uri($"{service.TrimEnd('/')}/{QueueNames.Rejected}"), credential, options));
    }
}
