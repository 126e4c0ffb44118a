using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Reports as blobs of one container, which is created on first use.</summary>
internal sealed class BlobReportFiles(BlobContainerClient container) : IReportFiles
{
    public const string ContainerName = "isolation-reports";

    private static readonly BlobRequestConditions OnlyNew = new() { IfNoneMatch = ETag.All };

    public string Place { get; } = $"blob container {container.Name}";

    public Task<bool> TryAddAsync(string path, byte[] content, CancellationToken cancellationToken) =>
        BlobCalls.AttemptAsync($"add {path} to {Place}", async () =>
        {
            try
            {
                await BlobCalls.UploadAsync(container, path, content, OnlyNew, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet)
            {
                return false;
            }
        });

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        BlobCalls.AttemptAsync($"read {path} of {Place}", () => BlobCalls.DownloadAsync(container.GetBlobClient(path), cancellationToken));

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new GetBlobsOptions { Prefix = $"{folder}/" };
        var blobs = BlobCalls.ListAsync($"list {folder} of {Place}", c => container.GetBlobsAsync(query, cancellationToken).AsPages(c));
        await foreach (var blob in blobs.WithCancellation(cancellationToken))
        {
            yield return new StoredFile(blob.Name, blob.Properties.LastModified ?? DateTimeOffset.MaxValue);
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new GetBlobsByHierarchyOptions { Delimiter = "/" };
        var items = BlobCalls.ListAsync($"list the folders of {Place}", c => container.GetBlobsByHierarchyAsync(query, cancellationToken).AsPages(c));
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            if (item.IsPrefix)
            {
                yield return item.Prefix.TrimEnd('/');
            }
        }
    }

    public Task<bool> DeleteAsync(string path, DateTimeOffset savedBefore, CancellationToken cancellationToken) =>
        BlobCalls.AttemptAsync($"delete {path} of {Place}", () => BlobCalls.DeleteAsync(container.GetBlobClient(path), savedBefore, cancellationToken));
}
