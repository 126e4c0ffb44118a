using System.IO.Compression;
using System.Text.Json.Nodes;

namespace TenantSandbox.Packaging;

/// <summary>Checks that a zip is complete and holds nothing that must not be deployed.</summary>
internal static class ArchiveChecks
{
    private static readonly string[] HostFiles =
        ["host.json", "functions.metadata", "extensions.json", "worker.config.json", ".azurefunctions/function.deps.json"];

    /// <summary>One sentence for each thing that is wrong; empty if the zip can be deployed.</summary>
    public static IReadOnlyList<string> Defects(ZipArchive archive)
    {
        var names = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. HostFiles.Where(name => !names.Contains(name)).Select(name => $"{name} is missing: the Functions host reads it from that path."),
            .. Unreadable(archive),
            .. Forbidden(archive),
            .. Referenced(archive).Where(file => !names.Contains(file.Name)).Select(file => $"{file.Name} is missing: {file.NeededBy} needs it."),
        ];
    }

    private static IEnumerable<string> Unreadable(ZipArchive archive)
    {
        foreach (var name in HostFiles.Where(name => archive.GetEntry(name) is not null && archive.ReadJson(name) is null))
        {
            yield return $"{name} is not JSON.";
        }

        if (archive.ReadJson("host.json") is { } host && host["version"]?.ToString() != "2.0")
        {
            yield return "host.json has no version 2.0, so the Functions host refuses it.";
        }

        if (archive.ReadJson("functions.metadata") is JsonArray { Count: 0 })
        {
            yield return "functions.metadata lists no function.";
        }
    }

    private static IEnumerable<string> Forbidden(ZipArchive archive)
    {
        foreach (var entry in archive.Entries)
        {
            if (string.Equals(entry.Name, "local.settings.json", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{entry.FullName} holds settings and secrets of a developer's machine and must not be deployed.";
            }
            else if (entry.Name.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{entry.FullName} holds debug symbols, which only make the zip larger.";
            }
            else if (entry.FullName.Contains('\\') || entry.FullName.StartsWith('/') || entry.FullName.Split('/').Contains(".."))
            {
                yield return $"{entry.FullName} is no relative path with forward slashes.";
            }
        }

        foreach (var twice in archive.Entries.GroupBy(entry => entry.FullName, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            yield return $"{twice.Key} is in the zip {twice.Count()} times.";
        }
    }

    /// <summary>The files that the zip's own descriptions name.</summary>
    private static IEnumerable<(string Name, string NeededBy)> Referenced(ZipArchive archive)
    {
        foreach (var function in archive.ReadJson("functions.metadata") as JsonArray ?? [])
        {
            yield return (function!["scriptFile"]!.ToString(), $"function {function["name"]}");
        }

        foreach (var extension in archive.ReadJson("extensions.json")?["extensions"] as JsonArray ?? [])
        {
            yield return (Path.GetRelativePath(".", extension!["hintPath"]!.ToString()), $"host extension {extension["name"]}");
        }

        if (archive.ReadJson("worker.config.json")?["description"]?["defaultWorkerPath"]?.ToString() is { } worker)
        {
            yield return (worker, "worker.config.json");
            yield return (Path.ChangeExtension(worker, ".runtimeconfig.json"), "the start of the worker");
            yield return (Path.ChangeExtension(worker, ".deps.json"), "the start of the worker");
        }

        foreach (var file in Dependencies.Of(archive).SelectMany(library => library.Files.Select(file => (file, library.Name))))
        {
            yield return file;
        }
    }
}
