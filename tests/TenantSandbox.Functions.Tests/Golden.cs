using System.Runtime.CompilerServices;

namespace TenantSandbox.Functions.Tests;

/// <summary>Compares with a kept file; with UPDATE_GOLDEN=1 in the environment it writes the file instead.</summary>
internal static class Golden
{
    public static void Compare(string file, string actual)
    {
        var kept = Path.Combine(AppContext.BaseDirectory, "Golden", file);
        var text = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(SourceFolder(), "Golden", file), text);
            return;
        }

        Assert.Equal(File.ReadAllText(kept).ReplaceLineEndings("\n"), text);
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
