using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Cli.Evidence;

/// <summary>Reads the files that <c>verify-report</c> is given.</summary>
internal static class ReportFiles
{
    /// <summary>Reads all keys of some files.</summary>
    /// <exception cref="FormatException">A file has no usable key.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<ReportKeySet> ReadKeysAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        List<ReportKey> keys = [];
        foreach (var path in paths)
        {
            var text = await File.ReadAllTextAsync(path, cancellationToken);
            try
            {
                var read = ReportKeySet.Parse(text);
                keys.AddRange(read.Ids.Select(id => read.Find(id)!));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{path}: {e.Message}", e);
            }
        }

        return new ReportKeySet(keys);
    }

    /// <summary>Reads files, and those of folders whose names end in <c>.json</c>.</summary>
    /// <exception cref="IOException">A path doesn't exist or can't be read, or a folder has no such file.</exception>
    public static async Task<IReadOnlyList<ReportFile>> ReadReportsAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        List<ReportFile> files = [];
        foreach (var path in paths)
        {
            var found = Directory.Exists(path)
                ? [.. Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
                : (IReadOnlyList<string>)[path];
            if (found.Count == 0)
            {
                throw new FileNotFoundException($"{path}: the folder has no reports (*.json).");
            }

            foreach (var file in found)
            {
                files.Add(new ReportFile(file, await File.ReadAllBytesAsync(file, cancellationToken)));
            }
        }

        return files;
    }
}
