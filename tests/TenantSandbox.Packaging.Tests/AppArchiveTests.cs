namespace TenantSandbox.Packaging.Tests;

public sealed class AppArchiveTests
{
    [Fact]
    public void Write_SameContentAtAnotherTime_IsTheSameFile()
    {
        using var first = new PublishedApp();
        using var second = new PublishedApp();
        File.SetLastWriteTimeUtc(Path.Combine(second.Folder, "App.dll"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        first.Pack().Dispose();
        second.Pack().Dispose();

        Assert.Equal(File.ReadAllBytes(first.Zip), File.ReadAllBytes(second.Zip));
    }

    [Fact]
    public void Write_DotFoldersAndDebugSymbols_AreKeptAndLeftOut()
    {
        using var app = new PublishedApp();
        app.Write("App.pdb");
        app.Write(".azurefunctions/Extensions.pdb");

        using var archive = app.Pack();

        var names = archive.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains(".azurefunctions/EventGrid.Host.dll", names);
        Assert.DoesNotContain(names, name => name.EndsWith(".pdb", StringComparison.Ordinal));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Write_ZipFromAnEarlierRun_IsReplaced()
    {
        using var app = new PublishedApp();
        app.Write("Old.dll");
        app.Pack().Dispose();
        app.Delete("Old.dll");

        using var archive = app.Pack();

        Assert.Null(archive.GetEntry("Old.dll"));
    }
}
