using System.IO.Compression;

namespace TenantSandbox.Packaging;

/// <summary>Finds the assemblies in a zip that took the place of official packages (build/standins).</summary>
internal static class StandIns
{
    private const string OwnAssemblies = "TenantSandbox.";

    /// <summary>The libraries that were built here and aren't the app's own, sorted by name.</summary>
    public static IReadOnlyList<string> In(ZipArchive archive) =>
    [
        .. Dependencies.Of(archive)
            .Where(library => library.IsBuiltHere && !library.Name.StartsWith(OwnAssemblies, StringComparison.Ordinal))
            .Select(library => library.Name)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Writes the names to the file, one in a line. Deletes the file if there are none.</summary>
    public static void WriteList(string file, IReadOnlyList<string> names)
    {
        File.Delete(file);
        if (names.Count > 0)
        {
            File.WriteAllLines(file, names);
        }
    }
}
