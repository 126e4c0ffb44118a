using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.PodSecurity;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// Compares the Pod Security evaluator with the fixtures of Pod Security Admission (repository kubernetes/pod-security-admission, folder
/// test/testdata): one pod in each <c>{level}/{version}/{pass or fail}/{check}{number}.yaml</c>. Only the newest version of each level counts.
/// Agreement is no violation for a pod that passes, and a violation of the file's check, among others, for one that fails.
/// </summary>
internal static class PodSecurityBenchmark
{
    /// <exception cref="InvalidDataException">A level has no fixtures, or one that can't be read.</exception>
    public static IReadOnlyList<Figure> Run(string folder) =>
        [.. Enum.GetValues<PodSecurityLevel>().Select(level => Compare(level, Newest(Path.Combine(folder, $"{level}".ToLowerInvariant()))))];

    private static Figure Compare(PodSecurityLevel level, DirectoryInfo version)
    {
        var files = version.GetFiles("*.yaml", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
        {
            throw new InvalidDataException($"There are no fixtures in {version}.");
        }

        var disagreements = 0;
        foreach (var file in files)
        {
            var expected = file.Directory!.Name == "pass" ? null : CheckOf(file, level);
            string[] found = [.. PodSecurityEvaluator.Evaluate(Read(file), level).Select(v => v.Check)];
            if (expected is null ? found.Length > 0 : !found.Contains(expected, StringComparer.OrdinalIgnoreCase))
            {
                disagreements++;
                Console.WriteLine($"disagrees: {Path.GetRelativePath(version.Parent!.FullName, file.FullName)}: expected {expected ?? "no violation"}, found [{string.Join(", ", found)}]");
            }
        }

        return new Figure($"{level} {version.Name}, fixtures that agree", files.Length - disagreements, $"of {files.Length}", AtLeast: files.Length);
    }

    // File names are the check's id in lower case. A restricted check can replace the one that the fixture was made for.
    private static string CheckOf(FileInfo file, PodSecurityLevel level)
    {
        var name = Path.GetFileNameWithoutExtension(file.Name).TrimEnd([.. "0123456789"]);
        var replacement = PodSecurityEvaluator.Checks.FirstOrDefault(c => string.Equals(c.Overrides, name, StringComparison.OrdinalIgnoreCase));
        return level == PodSecurityLevel.Restricted && replacement is not null ? replacement.Id : name;
    }

    private static JsonObject Read(FileInfo file)
    {
        try
        {
            // Strict, or a field that the client doesn't know would be lost without notice.
            var pod = KubernetesYaml.Deserialize<V1Pod>(File.ReadAllText(file.FullName), strict: true);
            return JsonNode.Parse(KubernetesJson.Serialize(pod))!.AsObject();
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new InvalidDataException($"{file.FullName} can't be read: {e.Message}", e);
        }
    }

    private static DirectoryInfo Newest(string level) => new DirectoryInfo(level).EnumerateDirectories("v1.*")
        .MaxBy(d => int.Parse(d.Name.AsSpan("v1.".Length), CultureInfo.InvariantCulture)) ?? throw new InvalidDataException($"There are no versions in {level}.");
}
