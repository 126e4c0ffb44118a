using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Describes what blocks the deletion of a namespace.</summary>
internal static class NamespaceBlockers
{
    private const int MaxPodsNamed = 5;

    public static string Describe(V1Namespace found, IList<V1Pod> pods)
    {
        if (found.Metadata.DeletionTimestamp is null)
        {
            return $"namespace {found.Metadata.Name} exists and its deletion was not requested";
        }

        string[] reasons =
        [
            // The namespace controller reports here what is left and which finalizers block it.
            .. (found.Status?.Conditions ?? [])
                .Where(c => c.Status == "True" && c.Message is { Length: > 0 })
                .OrderBy(c => c.Type, StringComparer.Ordinal)
                .Select(c => $"{c.Type}: {c.Message}"),
            .. pods.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Take(MaxPodsNamed).Select(Describe),
        ];
        var more = pods.Count > MaxPodsNamed ? $"; and {pods.Count - MaxPodsNamed} more pods" : "";
        var finalizers = string.Join(", ", (found.Metadata.Finalizers ?? []).Concat(found.Spec?.Finalizers ?? []));
        return reasons.Length > 0
            ? string.Join("; ", reasons) + more
            : $"namespace {found.Metadata.Name} is terminating, finalizers: {(finalizers.Length > 0 ? finalizers : "none")}";
    }

    private static string Describe(V1Pod pod) => pod.Metadata.Finalizers is { Count: > 0 } finalizers
        ? $"pod {pod.Metadata.Name} is held by {string.Join(", ", finalizers)}"
        : $"pod {pod.Metadata.Name} is {(pod.Metadata.DeletionTimestamp is null ? pod.Status?.Phase ?? "there" : "terminating")}";
}
