using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>Asks to apply a cluster's baseline.</summary>
/// <param name="ClusterId">The cluster.</param>
public sealed record BaselineRequest([property: JsonPropertyName("clusterId")] string ClusterId);

/// <summary>What a cluster's baseline was found to be, and what was done about it; below 16 KB.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="HasPolicies">False on a cluster without admission policies, which the installation accepts.</param>
/// <param name="IsFirst">Whether the cluster had no baseline of this installation; what was applied then is no drift.</param>
/// <param name="Objects">Number of objects of the baseline.</param>
/// <param name="Changes">The first objects that were missing or different, at most <see cref="MaxChanges"/>; all of them are in place now.</param>
/// <param name="OmittedChanges">Number of further ones.</param>
public sealed record BaselineReport(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("hasPolicies")] bool HasPolicies,
    [property: JsonPropertyName("isFirst")] bool IsFirst,
    [property: JsonPropertyName("objects")] int Objects,
    [property: JsonPropertyName("changes")] IReadOnlyList<BaselineChange> Changes,
    [property: JsonPropertyName("omittedChanges")] int OmittedChanges)
{
    public const int MaxChanges = 30;
}

/// <summary>One object that was not as it should be.</summary>
/// <param name="Object">Kind and name, such as <c>ValidatingAdmissionPolicy/tenantsandbox-pod-host</c>.</param>
/// <param name="Detail">What was found; cut to <see cref="MaxDetailLength"/> characters.</param>
/// <param name="IsMissing">Whether it did not exist.</param>
public sealed record BaselineChange(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("isMissing")] bool IsMissing)
{
    public const int MaxDetailLength = 200;

    internal static BaselineChange Missing(string name) => new(name, "did not exist", IsMissing: true);

    internal static BaselineChange Different(string name, IEnumerable<string> differences)
    {
        var detail = string.Join("; ", differences);
        return new(name, detail.Length <= MaxDetailLength ? detail : $"{detail[..(MaxDetailLength - 1)]}…", IsMissing: false);
    }
}
