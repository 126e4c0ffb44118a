namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Folders of the clone that the tests run from.</summary>
internal static class RepositoryPaths
{
    public static string Root { get; } = FindRoot();

    /// <summary>Where <c>./dev</c> installs Azurite.</summary>
    public static string Tools => Path.Combine(Root, ".local", "tools");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Functions.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run from a clone: no folder above them contains Functions.sln.");
    }
}
