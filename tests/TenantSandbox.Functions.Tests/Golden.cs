using System.Runtime.CompilerServices;

namespace TenantSandbox.Functions.Tests;

/// <summary>Compares with a kept file; with UPDATE_GOLDEN=1 in the environment it writes the file instead.</summary>
internal static class Golden
{
    /// <summary>Compares with a file of the folder Golden.</summary>
    public static void Compare(string file, string actual) =>
        Compare(Path.Combine(AppContext.BaseDirectory, "Golden", file), Path.Combine(SourceFolder(), "Golden", file), actual);

    /// <summary>Compares with a file of the repository, by its path from the root.</summary>
    public static void CompareSource(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, path);
        Compare(file, file, actual);
    }

    private static void Compare(string kept, string source, string actual)
    {
        var text = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(source, text);
            return;
        }

        Assert.Equal(File.ReadAllText(kept).ReplaceLineEndings("\n"), text);
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
