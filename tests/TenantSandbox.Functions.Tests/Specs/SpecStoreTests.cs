using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Tests.Specs;

/// <summary>What every spec store does, and what each does when its storage is damaged.</summary>
public sealed class SpecStoreTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"specs-{Guid.NewGuid():n}");
    private readonly BlobServer _blobs = new();

    public Task InitializeAsync() => _blobs.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _blobs.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Save_ThenRead_IsTheSameSpec(string kind)
    {
        var store = Create(kind);

        var reference = await store.SaveAsync(Sample.Tenant.Spec, default);
        var again = await store.SaveAsync(Sample.Tenant.Spec, default);
        var read = await store.ReadAsync(reference.Hash, default);

        Assert.Equal(reference, again);
        Assert.Equal(SpecRef.Of(Sample.Tenant.Spec).Hash, reference.Hash);
        Assert.Equal(SpecJson.Write(Sample.Tenant.Spec), SpecJson.Write(read));
        Assert.Equal([reference.Hash], await HashesAsync(store));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Read_NotStored_IsSpecUnknown(string kind)
    {
        var store = Create(kind);

        var missing = await Assert.ThrowsAsync<NotFoundException>(() => store.ReadAsync(new string('0', 64), default));

        Assert.Equal("SpecUnknown", missing.Code);
        Assert.Empty(await HashesAsync(store));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Read_ChangedInTheStorage_IsSpecUnknown(string kind)
    {
        var store = Create(kind);
        var hash = (await store.SaveAsync(Sample.Tenant.Spec, default)).Hash;
        var other = SpecJson.Write(Sample.Placed("acme", [Sample.Job]).Spec);
        if (kind == "folder")
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder, $"{hash}.json"), other);
        }
        else
        {
            _blobs.Content[hash] = other;
        }

        var refused = await Assert.ThrowsAsync<NotFoundException>(() => store.ReadAsync(hash, default));

        Assert.Equal("SpecUnknown", refused.Code);
        Assert.Contains("was changed", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Delete_Stored_IsGoneAndCanBeRepeated(string kind)
    {
        var store = Create(kind);
        var hash = (await store.SaveAsync(Sample.Tenant.Spec, default)).Hash;

        Assert.True(await store.DeleteAsync(hash, DateTimeOffset.MaxValue, default));
        Assert.False(await store.DeleteAsync(hash, DateTimeOffset.MaxValue, default));

        Assert.Empty(await HashesAsync(store));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Delete_SavedSince_Stays(string kind)
    {
        var store = Create(kind);
        var hash = (await store.SaveAsync(Sample.Tenant.Spec, default)).Hash;

        Assert.False(await store.DeleteAsync(hash, BlobServer.SavedAt.AddYears(-10), default));

        Assert.Equal([hash], await HashesAsync(store));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Delete_NeverSaved_IsFalse(string kind) =>
        Assert.False(await Create(kind).DeleteAsync(new string('0', 64), DateTimeOffset.MaxValue, default));

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task Read_NoHash_IsRefusedBeforeItBecomesAName(string kind) =>
        Assert.Equal("SpecHashInvalid", (await Assert.ThrowsAsync<InvalidException>(() => Create(kind).ReadAsync("../../etc/passwd", default))).Code);

    [Fact]
    public async Task Save_ManyAtOnce_NeverShowsAPartOfAFile()
    {
        var store = Create("folder");
        var hash = (await store.SaveAsync(Sample.Tenant.Spec, default)).Hash;

        await Task.WhenAll(Enumerable.Range(0, 50).SelectMany(_ => new Task[] { store.SaveAsync(Sample.Tenant.Spec, default), store.ReadAsync(hash, default) }));

        Assert.Equal([$"{hash}.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Save_FolderThatCannotBeWritten_IsTransientAndNamesIt()
    {
        await File.WriteAllTextAsync(_folder, "a file in its place");
        try
        {
            var failed = await Assert.ThrowsAsync<TransientException>(() => Create("folder").SaveAsync(Sample.Tenant.Spec, default));

            Assert.Contains(_folder, failed.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Fact]
    public async Task Cached_ReadAgain_DoesNotAskTheStore()
    {
        TenantSpec[] specs = [Sample.Tenant.Spec, Sample.Placed("b", [Sample.Web]).Spec, Sample.Placed("c", [Sample.Job]).Spec];
        var store = new CachedSpecStore(Create("blob"), capacity: specs.Sum(x => SpecJson.Write(x).Length) - 1);
        var hash = (await store.SaveAsync(specs[0], default)).Hash;
        var before = _blobs.Reads;

        await store.ReadAsync(hash, default);
        await store.SaveAsync(specs[1], default);
        await store.SaveAsync(specs[2], default);
        Assert.Equal(before, _blobs.Reads);

        await store.ReadAsync(hash, default);
        Assert.Equal(before + 1, _blobs.Reads);
        await store.DeleteAsync(hash, DateTimeOffset.MaxValue, default);
        await Assert.ThrowsAsync<NotFoundException>(() => store.ReadAsync(hash, default));
    }

    [Fact]
    public async Task Cached_LargerThanItsCapacity_IsKeptUntilTheNext()
    {
        var store = new CachedSpecStore(Create("blob"), capacity: 1);
        var hash = (await store.SaveAsync(Sample.Tenant.Spec, default)).Hash;
        await store.ReadAsync(hash, default);
        Assert.Equal(0, _blobs.Reads);

        await store.SaveAsync(Sample.Placed("b", [Sample.Web]).Spec, default);
        await store.ReadAsync(hash, default);
        Assert.Equal(1, _blobs.Reads);
    }

    [Fact]
    public async Task Find_SomeStored_AnswersWithReferencesAndUnknownHashes()
    {
        var activities = new SpecActivities(Create("folder"));
        var saved = await activities.SaveAsync(Sample.Tenant.Spec, default);

        var found = await activities.FindAsync(new SpecQuery(["no hash", saved.Hash, new string('0', 64)]), default);

        Assert.Equal([saved], found.Specs);
        Assert.Equal(["no hash", new string('0', 64)], found.Unknown);
    }

    private ISpecStore Create(string kind) => kind == "folder" ? new FolderSpecStore(_folder) : new BlobSpecStore(_blobs.Container());

    private static async Task<List<string>> HashesAsync(ISpecStore store)
    {
        List<string> hashes = [];
        await foreach (var stored in store.ListAsync(default))
        {
            hashes.Add(stored.Hash);
        }

        return hashes;
    }
}
