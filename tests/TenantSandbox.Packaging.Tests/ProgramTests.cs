namespace TenantSandbox.Packaging.Tests;

public sealed class ProgramTests
{
    [Fact]
    public void Main_CompleteApp_Succeeds()
    {
        using var app = new PublishedApp();

        Assert.Equal(0, Run(app.Folder, app.Zip, "--require-official"));
        Assert.False(File.Exists(ListOf(app)));
    }

    [Fact]
    public void Main_StandIns_AreListedBesideTheZip()
    {
        using var app = new PublishedApp();
        app.WriteDependencies("Official.Package", "Azure.Package");

        Assert.Equal(0, Run(app.Folder, app.Zip));
        Assert.Equal(["Azure.Package", "Official.Package"], File.ReadAllLines(ListOf(app)));

        app.WriteDependencies();
        Assert.Equal(0, Run(app.Folder, app.Zip));
        Assert.False(File.Exists(ListOf(app)));
    }

    [Fact]
    public void Main_StandInsWithRequireOfficial_Fails()
    {
        using var app = new PublishedApp();
        app.WriteDependencies("Official.Package");

        Assert.Equal(1, Run(app.Folder, app.Zip, "--require-official"));
    }

    [Fact]
    public void Main_Defect_Fails()
    {
        using var app = new PublishedApp();
        app.Delete("host.json");

        Assert.Equal(1, Run(app.Folder, app.Zip));
    }

    [Fact]
    public void Main_UnknownOption_ExplainsTheUsage() => Assert.Equal(2, Run("folder", "zip", "--requireofficial"));

    private static string ListOf(PublishedApp app) => Path.Combine(Path.GetDirectoryName(app.Zip)!, "stand-ins.txt");

    private static int Run(params string[] arguments) => (int)typeof(ArchiveChecks).Assembly.EntryPoint!.Invoke(null, [arguments])!;
}
