using System.Runtime.CompilerServices;

namespace TenantSandbox.Functions.Tests;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of this test project.</summary>
    public static string TestProject { get; } = FolderOf();

    public static string Root { get; } = Path.GetFullPath(Path.Combine(TestProject, "..", ".."));

    private static string FolderOf([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
