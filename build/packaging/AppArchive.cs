using System.IO.Compression;

namespace TenantSandbox.Packaging;

/// <summary>Packs a published app as Azure Functions takes it.</summary>
internal static class AppArchive
{
    /// <summary>The earliest time that a zip can hold. The same for all files, so that equal content makes equal bytes.</summary>
    private static readonly DateTimeOffset Timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Regular file, rw-r--r--, in the upper half as Unix zip tools expect it.</summary>
    private const int FileMode = unchecked((int)0x81A4_0000);

    /// <summary>
    /// Writes every file of the folder, dot folders included and debug symbols excluded, sorted by path and with fixed times.
    /// An existing file is replaced.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder doesn't exist.</exception>
    public static void Write(string folder, string zip)
    {
        var names = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(name => !name.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(zip))!);
        using var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create);
        foreach (var name in names)
        {
            var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
            entry.LastWriteTime = Timestamp;
            entry.ExternalAttributes = FileMode;
            using var content = File.OpenRead(Path.Combine(folder, name));
            using var target = entry.Open();
            content.CopyTo(target);
        }
    }
}
