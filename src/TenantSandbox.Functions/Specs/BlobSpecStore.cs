using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Specs;

/// <summary>Specs as blobs of one container, which is created on first use.</summary>
internal sealed class BlobSpecStore(BlobContainerClient container) : ISpecStore
{
    public const string ContainerName = "tenant-specs";

    private readonly string _place = $"blob container {container.Name}";

    public async Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken)
    {
        var reference = SpecRef.Of(spec);
        return await BlobCalls.AttemptAsync($"save spec {reference.Hash} in {_place}", async () =>
        {
            // Written again although it may exist: the new time keeps it from being cleaned up before a tenant's state refers to it.
            await BlobCalls.UploadAsync(container, reference.Hash, SpecJson.Write(spec), conditions: null, cancellationToken);
            return reference;
        });
    }

    public async Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(SpecContent.RequireHash(hash));
        var stored = await BlobCalls.AttemptAsync($"read spec {hash} from {_place}", () => BlobCalls.DownloadAsync(blob, cancellationToken));
        return SpecContent.Verify(hash, stored, _place);
    }

    public Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(SpecContent.RequireHash(hash));
        return BlobCalls.AttemptAsync($"delete spec {hash} from {_place}", () => BlobCalls.DeleteAsync(blob, savedBefore, cancellationToken));
    }

    public async IAsyncEnumerable<StoredSpec> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var blobs = BlobCalls.ListAsync($"list the specs of {_place}", c => container.GetBlobsAsync(cancellationToken: cancellationToken).AsPages(c));
        await foreach (var blob in blobs.WithCancellation(cancellationToken))
        {
            if (SpecJson.IsHash(blob.Name))
            {
                yield return new StoredSpec(blob.Name, blob.Properties.LastModified ?? DateTimeOffset.MaxValue);
            }
        }
    }
}
