using System.Reflection;

namespace TenantSandbox.Infrastructure.Tests;

/// <summary>The files of the repository that these tests were built from.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Generated = ["artifacts", ".local", ".git", "node_modules", "bin", "obj"];

    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(Path(relative));

    /// <summary>Relative paths, with forward slashes, of all files with one of these extensions that aren't generated.</summary>
    public static IReadOnlyList<string> Find(params string[] extensions) =>
    [
        .. Walk(new DirectoryInfo(Root)).Where(f => extensions.Contains(f.Extension))
            .Select(f => System.IO.Path.GetRelativePath(Root, f.FullName).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>A value that the project file puts into this assembly.</summary>
    public static string Metadata(string key) =>
        typeof(RepositoryFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(d => !Generated.Contains(d.Name)).SelectMany(Walk));
}
