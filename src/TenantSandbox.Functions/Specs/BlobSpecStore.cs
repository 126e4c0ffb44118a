using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Azure;

namespace TenantSandbox.Functions.Specs;

/// <summary>Specs as blobs of one container, which is created on first use.</summary>
internal sealed class BlobSpecStore(BlobContainerClient container) : ISpecStore
{
    public const string ContainerName = "tenant-specs";

    private readonly string _place = $"blob container {container.Name}";

    public async Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken)
    {
        var reference = SpecRef.Of(spec);
        var blob = container.GetBlobClient(reference.Hash);
        await AttemptAsync($"save spec {reference.Hash} in {_place}", async () =>
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

            return true;
        });
        return reference;

        // Written again although it may exist: the new time keeps it from being cleaned up before a tenant's state refers to it.
        Task UploadAsync() => blob.UploadAsync(
            BinaryData.FromBytes(SpecJson.Write(spec)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellationToken);
    }

    public async Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(SpecContent.RequireHash(hash));
        var stored = await AttemptAsync($"read spec {hash} from {_place}", async () =>
        {
            try
            {
                return (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                return null;
            }
        });
        return SpecContent.Verify(hash, stored, _place);
    }

    public Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(SpecContent.RequireHash(hash));
        return AttemptAsync($"delete spec {hash} from {_place}", async () =>
        {
            try
            {
                var unchanged = new BlobRequestConditions { IfUnmodifiedSince = savedBefore };
                await blob.DeleteAsync(conditions: unchanged, cancellationToken: cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                return false;
            }
        });
    }

    public async IAsyncEnumerable<StoredSpec> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await AttemptAsync($"list the specs of {_place}", () => ReadPageAsync(continuation, cancellationToken));
            foreach (var blob in (page?.Values ?? []).Where(b => SpecJson.IsHash(b.Name)))
            {
                yield return new StoredSpec(blob.Name, blob.Properties.LastModified ?? DateTimeOffset.MaxValue);
            }

            continuation = page?.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuation));
    }

    private async Task<Page<BlobItem>?> ReadPageAsync(string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            await using var pages = container.GetBlobsAsync(cancellationToken: cancellationToken).AsPages(continuation).GetAsyncEnumerator(cancellationToken);
            return await pages.MoveNextAsync() ? pages.Current : null;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }

    private static async Task<T> AttemptAsync<T>(string what, Func<Task<T>> run)
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
}
