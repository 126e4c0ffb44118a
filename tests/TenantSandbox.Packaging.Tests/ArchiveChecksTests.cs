using System.IO.Compression;

namespace TenantSandbox.Packaging.Tests;

public sealed class ArchiveChecksTests
{
    [Fact]
    public void Defects_CompleteApp_AreNone()
    {
        using var app = new PublishedApp();
        using var archive = app.Pack();

        Assert.Empty(ArchiveChecks.Defects(archive));
    }

    [Theory]
    [InlineData("host.json", "Functions host")]
    [InlineData("functions.metadata", "Functions host")]
    [InlineData("extensions.json", "Functions host")]
    [InlineData("worker.config.json", "Functions host")]
    [InlineData(".azurefunctions/function.deps.json", "Functions host")]
    [InlineData(".azurefunctions/EventGrid.Host.dll", "host extension EventGrid")]
    [InlineData("App.dll", "function OnTenantRequest")]
    [InlineData("App.deps.json", "start of the worker")]
    [InlineData("App.runtimeconfig.json", "start of the worker")]
    [InlineData("Some.Package.dll", "Some.Package")]
    [InlineData("libnative.so", "Some.Package")]
    [InlineData("de/Some.Package.resources.dll", "Some.Package")]
    [InlineData("TenantSandbox.Core.dll", "TenantSandbox.Core")]
    public void Defects_FileMissing_NameItAndWhatNeedsIt(string name, string neededBy)
    {
        using var app = new PublishedApp();
        app.Delete(name);
        using var archive = app.Pack();

        Assert.Contains(ArchiveChecks.Defects(archive), d => d.StartsWith($"{name} is missing", StringComparison.Ordinal) && d.Contains(neededBy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("local.settings.json", "{}", "secrets")]
    [InlineData("sub/local.settings.json", "{}", "secrets")]
    [InlineData("host.json", """{"version":"1.0"}""", "version 2.0")]
    [InlineData("host.json", "no JSON", "host.json is not JSON")]
    [InlineData("functions.metadata", "[]", "no function")]
    [InlineData("HOST.json", "{}", "2 times")]
    public void Defects_FileThatMustNotBe_SayWhy(string name, string content, string reason)
    {
        using var app = new PublishedApp();
        app.Write(name, content);
        using var archive = app.Pack();

        Assert.Contains(reason, Assert.Single(ArchiveChecks.Defects(archive)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("App.pdb", "debug symbols")]
    [InlineData("../outside.dll", "relative path")]
    [InlineData("/outside.dll", "relative path")]
    public void Defects_EntryOfAnotherPacker_SayWhy(string name, string reason)
    {
        using var app = new PublishedApp();
        app.Pack().Dispose();
        using (var spoiled = ZipFile.Open(app.Zip, ZipArchiveMode.Update))
        {
            spoiled.CreateEntry(name);
        }

        using var archive = ZipFile.OpenRead(app.Zip);

        Assert.Contains(reason, Assert.Single(ArchiveChecks.Defects(archive)), StringComparison.Ordinal);
    }
}
