using Azure.Storage.Queues;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Opens a queue. Azure's client is itself made to be replaced in tests, so it is the only seam here.</summary>
/// <param name="connectionString">A storage connection string.</param>
/// <param name="queue">The queue's name.</param>
internal delegate QueueClient QueueClientFactory(string connectionString, string queue);
