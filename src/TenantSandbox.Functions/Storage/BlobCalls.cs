using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Storage;

/// <summary>Calls of the blob service, whose failures are classified. A container is created when something is first written to it.</summary>
internal static class BlobCalls
{
    /// <summary>A container of the account that the Functions host uses; the settings must name one.</summary>
    public static BlobContainerClient Container(IConfiguration configuration, string name)
    {
        var storage = HostStorage.Find(configuration, HostStorage.Blobs)!;
        var options = new BlobClientOptions { RetryPolicy = new ShortRetryPolicy() };
        if (storage.ConnectionString is { } connectionString)
        {
            return new BlobContainerClient(connectionString, name, options);
        }

        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = storage.ClientId });
        return new BlobServiceClient(storage.ServiceUri, credential, options).GetBlobContainerClient(name);
    }

    /// <summary>Runs a call.</summary>
    /// <param name="what">The call, for messages: "read spec x".</param>
    /// <param name="run">The call.</param>
    /// <exception cref="SandboxException">It failed.</exception>
    public static async Task<T> AttemptAsync<T>(string what, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (RequestFailedException e)
        {
            throw AzureFailures.Translate(e, what);
        }
    }

    /// <summary>Writes a blob of JSON.</summary>
    /// <param name="container">The container, which is created if it doesn't exist.</param>
    /// <param name="name">The blob's name.</param>
    /// <param name="content">Its content.</param>
    /// <param name="conditions">When to write it; null for always.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task UploadAsync(
        BlobContainerClient container, string name, byte[] content, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        try
        {
            await UploadAsync();
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await UploadAsync();
        }

        Task UploadAsync() => container.GetBlobClient(name).UploadAsync(
            BinaryData.FromBytes(content),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" }, Conditions = conditions },
            cancellationToken);
    }

    /// <returns>Null when there is no such blob.</returns>
    public static async Task<byte[]?> DownloadAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Deletes a blob that was last written before a time.</summary>
    /// <returns>False when it stays, or doesn't exist.</returns>
    public static async Task<bool> DeleteAsync(BlobClient blob, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        try
        {
            await blob.DeleteAsync(conditions: new BlobRequestConditions { IfUnmodifiedSince = savedBefore }, cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <summary>The pages of a list, each read by a classified call; none if there is no container.</summary>
    /// <param name="what">The call, for messages.</param>
    /// <param name="list">The pages from a continuation on.</param>
    public static async IAsyncEnumerable<T> ListAsync<T>(string what, Func<string?, IAsyncEnumerable<Page<T>>> list)
        where T : notnull
    {
        string? continuation = null;
        do
        {
            var page = await AttemptAsync(what, () => ReadPageAsync(list(continuation)));
            foreach (var item in page?.Values ?? [])
            {
                yield return item;
            }

            continuation = page?.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuation));
    }

    private static async Task<Page<T>?> ReadPageAsync<T>(IAsyncEnumerable<Page<T>> pages)
        where T : notnull
    {
        try
        {
            await using var reader = pages.GetAsyncEnumerator();
            return await reader.MoveNextAsync() ? reader.Current : null;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }
}
