using Azure.Storage.Queues;
using Microsoft.Extensions.Azure;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Opens a queue of the account that a connection's settings name. Tests replace it with one that returns a fake client.</summary>
internal delegate QueueClient QueueClientFactory(IConfigurationSection connection, string queue);

/// <summary>
/// Finds and opens connections by the app setting that a trigger names: a connection string, or identity settings
/// (<c>queueServiceUri</c>, <c>serviceUri</c> or <c>accountName</c>, with <c>credential</c>, <c>clientId</c> and so on).
/// </summary>
internal sealed class QueueConnections(IConfiguration configuration, AzureComponentFactory components)
{
    /// <summary>The connection of a trigger that names none.</summary>
    public const string Default = "AzureWebJobsStorage";

    /// <summary>The settings of a connection, looked up with the host's own prefix first; null if there are none.</summary>
    public IConfigurationSection? Find(string name) =>
        new[] { $"AzureWebJobs{name}", name, $"ConnectionStrings:{name}" }
            .Select(configuration.GetSection)
            .FirstOrDefault(section => !string.IsNullOrWhiteSpace(section.Value) || section.GetChildren().Any());

    /// <summary>Opens a queue; nothing is sent to the account yet.</summary>
    /// <exception cref="InvalidOperationException">The settings don't name an account.</exception>
    public QueueClient Open(IConfigurationSection connection, string queue)
    {
        // The listener decodes messages itself: in the client, one that isn't base64 would fail the whole batch.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        try
        {
            return string.IsNullOrWhiteSpace(connection.Value)
                ? new QueueClient(UriOf(connection, queue), components.CreateTokenCredential(connection), options)
                : new QueueClient(connection.Value, queue, options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            // The message of the cause may quote the connection string, so it is left out.
            throw new InvalidOperationException(
                $"The app setting '{connection.Path}' isn't a usable storage connection ({exception.GetType().Name}). "
                + "Set it to a connection string, or set queueServiceUri below it.");
        }
    }

    private static Uri UriOf(IConfigurationSection connection, string queue)
    {
        var service = connection["queueServiceUri"] ?? connection["serviceUri"]
            ?? (connection["accountName"] is { } account ? $"https://{account}.queue.core.windows.net" : null)
            ?? throw new ArgumentException("No service URI.", nameof(connection));
        return new Uri($"{service.TrimEnd('/')}/{queue}");
    }
}
