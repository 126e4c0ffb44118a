using System.Globalization;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace TenantSandbox.Cli.Convert;

/// <summary>Reads Kubernetes YAML from files, folders and standard input, such as what <c>kustomize build</c> and <c>helm template</c> print.</summary>
internal static partial class ManifestReader
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    // The kinds that a request can express, in part at least, and those that explain one that it can.
    private static readonly Dictionary<string, Type> KnownTypes = new(StringComparer.Ordinal)
    {
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["apps/v1/StatefulSet"] = typeof(V1StatefulSet),
        ["batch/v1/Job"] = typeof(V1Job),
        ["batch/v1/CronJob"] = typeof(V1CronJob),
        ["v1/Service"] = typeof(V1Service),
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/PersistentVolumeClaim"] = typeof(V1PersistentVolumeClaim),
        ["autoscaling/v2/HorizontalPodAutoscaler"] = typeof(V2HorizontalPodAutoscaler),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
    };

    /// <param name="paths">Files, folders (every .yaml and .yml below them), or <see cref="StandardInput"/>.</param>
    /// <param name="standardInput">Where <see cref="StandardInput"/> is read from.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ManifestException">A path doesn't exist, or a document is no Kubernetes object; the message names file and document.</exception>
    public static async Task<IReadOnlyList<Manifest>> ReadAsync(IEnumerable<string> paths, TextReader standardInput, CancellationToken cancellationToken)
    {
        var manifests = new List<Manifest>();
        foreach (var path in paths)
        {
            if (path == StandardInput)
            {
                manifests.AddRange(Parse("standard input", await standardInput.ReadToEndAsync(cancellationToken)));
                continue;
            }

            foreach (var file in FilesOf(path))
            {
                manifests.AddRange(Parse(file, await File.ReadAllTextAsync(file, cancellationToken)));
            }
        }

        return manifests;
    }

    private static string[] FilesOf(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new ManifestException($"{path} doesn't exist. Name files or folders with Kubernetes YAML, or - for standard input.");
        }

        string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsYaml).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new ManifestException($"{path} contains no .yaml or .yml file.");
    }

    private static bool IsYaml(string file) => Path.GetExtension(file) is ".yaml" or ".yml";

    private static IEnumerable<Manifest> Parse(string source, string yaml)
    {
        var documents = DocumentStart().Split(yaml);
        for (var i = 0; i < documents.Length; i++)
        {
            if (HasContent(documents[i]))
            {
                yield return ParseDocument(source, i + 1, documents[i]);
            }
        }
    }

    private static bool HasContent(string document) =>
        document.Split('\n').Any(line => line.TrimStart() is { Length: > 0 } text && text[0] is not ('#' or '%'));

    private static Manifest ParseDocument(string source, int number, string yaml)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{source}, document {number}");
        try
        {
            var header = KubernetesYaml.Deserialize<ManifestHeader>(yaml);
            if (Path.GetFileNameWithoutExtension(source) == "kustomization")
            {
                return new Manifest(source, "Kustomization", header?.Metadata?.Name ?? "", null);
            }

            if (header is not { ApiVersion.Length: > 0, Kind.Length: > 0 })
            {
                throw new ManifestException($"{place} has no apiVersion or kind. Templates must be rendered first: `helm template`, `kustomize build`.");
            }

            var name = header.Metadata?.Name ?? header.Metadata?.GenerateName ?? "";
            // Of routes only a part is read, so that other fields are left over.
            var isRoute = header is { ApiVersion: "gateway.networking.k8s.io/v1" or "gateway.networking.k8s.io/v1beta1", Kind: "HTTPRoute" };
            var content = isRoute ? KubernetesYaml.Deserialize<RouteDocument>(yaml)
                : KnownTypes.ContainsKey($"{header.ApiVersion}/{header.Kind}") ? KubernetesYaml.LoadAllFromString(yaml, KnownTypes, strict: true).Single()
                : null;
            return new Manifest(source, header.Kind, name, content);
        }
        catch (YamlException e)
        {
            throw new ManifestException($"{place}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    // A line of three hyphens at its start: nothing in a block or a flow can be such a line.
    [GeneratedRegex(@"^---(?:[ \t].*)?\r?$", RegexOptions.Multiline)]
    private static partial Regex DocumentStart();
}
