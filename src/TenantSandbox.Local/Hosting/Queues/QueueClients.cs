using Azure.Storage.Queues;

namespace TenantSandbox.Local.Hosting.Queues;

internal static class QueueClients
{
    // No decoding by the client: one message that isn't base64 would then fail the whole batch that it came in.
    public static QueueClient Create(string connectionString, string queue) =>
        new(connectionString, queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
}
