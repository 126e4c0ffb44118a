using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Rules about the images that run, by the digests that the nodes report.</summary>
internal static class ImageRules
{
    private const string DigestMark = "@sha256:";

    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        new("pod.image-digest", IsolationArea.Pod, "All pods of a workload run the same images, by digest.", (facts, e) =>
            from image in Images(facts, e)
            group image by (image.Workload, image.Container) into same
            let digests = same.Select(i => i.Digest ?? "none").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()
            select Observation.Of(
                $"{e.Namespace}/{same.Key.Workload}/{same.Key.Container}", "one digest", string.Join(", ", digests), digests is [not "none"],
                digests.Contains("none") ? "A node reports no digest of an image that runs." : null)),
        new("pod.image-named", IsolationArea.Pod, "Where the spec names an image by digest, that one runs.", (facts, e) =>
            from image in Images(facts, e)
            where image.Named is not null
            group image by (image.Workload, image.Container, image.Named) into same
            let digests = same.Select(i => i.Digest ?? "none").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()
            // That pods differ from each other is a rule of its own.
            select Observation.Of($"{e.Namespace}/{same.Key.Workload}/{same.Key.Container}", same.Key.Named!, string.Join(", ", digests), digests.Contains(same.Key.Named))),
    ];

    /// <summary>The containers of workloads' pods that run, with their images.</summary>
    private static IEnumerable<RunningImage> Images(IsolationFacts facts, IsolationExpectation expected) =>
        from pod in PodRules.Staying(facts)
        let workload = PodRules.Expected(pod, expected)
        where workload is not null
        let status = pod.Child("status") ?? []
        from container in status.Items("containerStatuses").Concat(status.Items("initContainerStatuses"))
            // What waits has pulled nothing yet.
        where (container.Child("state") ?? [])["waiting"] is null
        let name = container.Text("name") ?? "?"
        select new RunningImage(workload.Name, name, DigestOf(container.Text("imageID")), DigestOf(workload.Images.GetValueOrDefault(name)));

    private static string? DigestOf(string? image) =>
        image?.IndexOf(DigestMark, StringComparison.Ordinal) is { } at and >= 0 ? image[(at + 1)..]
        : image?.StartsWith(DigestMark[1..], StringComparison.Ordinal) == true ? image
        : null;

    private sealed record RunningImage(string Workload, string Container, string? Digest, string? Named);
}
