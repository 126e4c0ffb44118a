using System.Text.Json.Nodes;

namespace TenantSandbox.Cli.Convert;

/// <summary>Takes out of a template what the app decides for every tenant, so that leaving it out loses nothing.</summary>
internal static class AppSettings
{
    private static readonly string[] OfPods =
        ["schedulerName", "runtimeClassName", "priorityClassName", "priority", "preemptionPolicy", "overhead", "automountServiceAccountToken"];

    private static readonly string[] OperatingSystem = ["kubernetes.io/os", "beta.kubernetes.io/os"];

    private static readonly string[] OfContainers = ["imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy"];

    public static void TakeOut(WorkloadDraft workload)
    {
        RemoveAll(workload, workload.Spec, OfPods, "the pod");
        foreach (var container in workload.AllContainers)
        {
            // In an init container it makes a sidecar; in others it is a new feature that the validator judges.
            RemoveAll(workload, container, OfContainers, $"container {container["name"]}");
            RemoveDroppedCapabilities(workload, container);
        }

        if (workload.Spec.Remove("serviceAccountName") | workload.Spec.Remove("serviceAccount"))
        {
            workload.NoteChanged("It runs as the tenant's service account, without a token for the Kubernetes API.");
        }

        if (workload.Spec["nodeSelector"] is JsonObject { Count: 1 } selector && OperatingSystem.Any(label => selector[label]?.GetValue<string>() == "linux"))
        {
            workload.Spec.Remove("nodeSelector");
            workload.NoteChanged("nodeSelector is left out: every sandboxed node runs Linux.");
        }
    }

    private static void RemoveDroppedCapabilities(WorkloadDraft workload, JsonObject container)
    {
        if (container["securityContext"]?["capabilities"] is JsonObject capabilities && capabilities.Remove("drop"))
        {
            workload.NoteChanged($"securityContext.capabilities.drop of container {container["name"]}: the app drops all.");
            if (capabilities.Count == 0)
            {
                container["securityContext"]!.AsObject().Remove("capabilities");
            }
        }
    }

    private static void RemoveAll(WorkloadDraft workload, JsonObject owner, string[] properties, string what)
    {
        string[] removed = [.. properties.Where(owner.Remove)];
        if (removed.Length > 0)
        {
            workload.NoteChanged($"{string.Join(", ", removed)} of {what}: the app sets it.");
        }
    }
}
