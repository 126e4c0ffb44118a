using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>A level of the Pod Security Standards in a version, as the labels of a namespace give it for a mode.</summary>
/// <param name="Level">One of <see cref="Levels"/>.</param>
/// <param name="Version"><c>latest</c> or <c>v1.x</c>.</param>
internal sealed partial record PodSecurityPolicy(string Level, string Version)
{
    public const string Prefix = "pod-security.kubernetes.io/";

    /// <summary>The minor version of Kubernetes that the twin plays. Labels with a later one get this one's checks.</summary>
    public const int LatestMinor = 34;

    public static readonly string[] Levels = ["privileged", "baseline", "restricted"];

    /// <summary>The minor version of the checks.</summary>
    public int Minor => int.TryParse(Version.Split('.')[^1], out var minor) ? Math.Min(minor, LatestMinor) : LatestMinor;

    /// <summary>The policy of a mode; privileged where the namespace has no label for it, or doesn't exist.</summary>
    /// <param name="whenUnknown">The level for a label that isn't one. Admission refuses such labels, but a namespace can have had them before.</param>
    public static PodSecurityPolicy Of(JsonObject? ns, string mode, string whenUnknown = "privileged")
    {
        var labels = ns.GetObject("metadata", "labels");
        var (level, version) = (labels.GetString(Prefix + mode) ?? "privileged", labels.GetString($"{Prefix}{mode}-version") ?? "latest");
        return new(Levels.Contains(level) ? level : whenUnknown, IsVersion(version) ? version : "latest");
    }

    public static bool IsVersion(string text) => text == "latest" || VersionForm().IsMatch(text);

    [GeneratedRegex(@"^v1\.([0-9]|[1-9][0-9]{1,8})\z", RegexOptions.ECMAScript)]
    private static partial Regex VersionForm();
}
