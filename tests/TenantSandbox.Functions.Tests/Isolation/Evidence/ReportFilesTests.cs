using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Tests.Specs;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>What both storages of reports do.</summary>
public sealed class ReportFilesTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"reports-{Guid.NewGuid():n}");
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
    public async Task Files_AddedReadListedDeleted_AreThere(string kind)
    {
        var files = Create(kind);
        Assert.Null(await files.ReadAsync("acme/1/1", default));
        Assert.Empty(await files.ListAsync("acme", default).ToListAsync());
        Assert.Empty(await files.ListFoldersAsync(default).ToListAsync());

        Assert.True(await files.TryAddAsync("acme/1/1", [1], default));
        Assert.True(await files.TryAddAsync("acme/2/1", [2], default));
        Assert.True(await files.TryAddAsync("acme-2/1/1", [3], default));

        Assert.Equal([2], await files.ReadAsync("acme/2/1", default));
        Assert.Equal(["acme/1/1", "acme/2/1"], (await files.ListAsync("acme", default).ToListAsync()).Select(f => f.Path).Order());
        Assert.Equal(["acme", "acme-2"], (await files.ListFoldersAsync(default).ToListAsync()).Order());
        Assert.False(await files.DeleteAsync("acme/1/1", BlobServer.SavedAt.AddYears(-10), default));
        Assert.True(await files.DeleteAsync("acme/1/1", DateTimeOffset.MaxValue, default));
        Assert.False(await files.DeleteAsync("acme/1/1", DateTimeOffset.MaxValue, default));
        Assert.Null(await files.ReadAsync("acme/1/1", default));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    public async Task TryAdd_ManyWritersOfOneName_OneSucceedsAndStays(string kind)
    {
        var files = Create(kind);

        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (Index: i, IsAdded: await files.TryAddAsync("acme/1/1", [(byte)i], default))));

        var winner = Assert.Single(added, a => a.IsAdded);
        Assert.Equal([(byte)winner.Index], (await files.ReadAsync("acme/1/1", default))!);
        Assert.Single(await files.ListAsync("acme", default).ToListAsync());
    }

    [Fact]
    public async Task Add_FolderThatCannotBeWritten_IsTransientAndNamesIt()
    {
        await File.WriteAllTextAsync(_folder, "a file in its place");
        try
        {
            var failed = await Assert.ThrowsAsync<TransientException>(() => Create("folder").TryAddAsync("acme/1/1", [1], default));

            Assert.Contains(_folder, failed.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("_checks")]
    [InlineData("")]
    [InlineData("Acme")]
    public async Task Store_WhatIsNoTenantId_IsRefusedBeforeItBecomesAPath(string tenant)
    {
        var store = new ReportStore(Create("folder"));

        Assert.Equal("TenantIdInvalid", (await Assert.ThrowsAsync<InvalidException>(() => store.ListAsync(tenant, default))).Code);
        Assert.Equal("TenantIdInvalid", (await Assert.ThrowsAsync<InvalidException>(() => store.ReadAsync(new(tenant, 1, 1), default))).Code);
    }

    private IReportFiles Create(string kind) => kind == "folder" ? new FolderReportFiles(_folder) : new BlobReportFiles(_blobs.Container());
}
