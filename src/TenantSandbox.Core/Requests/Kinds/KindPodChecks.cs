using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>What a pod template must be for the kind of its workload.</summary>
internal static class KindPodChecks
{
    private const string RestartPolicy = "restartPolicy";

    /// <summary>Checks the pod; a restart policy that is the kind's only one is left out.</summary>
    /// <param name="pod">The pod as it was read.</param>
    /// <param name="form">The workload's kind and settings.</param>
    /// <param name="pointer">Its location.</param>
    /// <param name="faults">Receives what is wrong.</param>
    public static void Check(JsonObject pod, WorkloadForm form, string pointer, ValidationFaultList faults)
    {
        if (form.Kind is not { } kind)
        {
            return;
        }

        CheckRestartPolicy(pod, kind, pointer, faults);
        if (kind == WorkloadKind.StatefulSet)
        {
            foreach (var name in ((string[])["hostname", "subdomain"]).Where(pod.ContainsKey))
            {
                faults.Add(
                    $"{pointer}/{name}", ValidationFaultCodes.Forbidden, "A StatefulSet names the hosts of its pods. Leave it out.", "statefulSetIdentity");
            }
        }

        if (form.Job?.ToNode()["podFailurePolicy"] is not null && PodNodes.Text(pod, RestartPolicy) == "OnFailure")
        {
            faults.Add($"{pointer}/{RestartPolicy}", ValidationFaultCodes.Exclusive, "Must be \"Never\" with \"podFailurePolicy\".", RestartPolicy);
        }
    }

    private static void CheckRestartPolicy(JsonObject pod, WorkloadKind kind, string pointer, ValidationFaultList faults)
    {
        var policy = PodNodes.Text(pod, RestartPolicy);
        void AddFault(string code, string detail) => faults.Add($"{pointer}/{RestartPolicy}", code, detail, RestartPolicy);
        if (!kind.RunsToCompletion())
        {
            if (policy is not (null or "Always"))
            {
                AddFault(ValidationFaultCodes.Forbidden, $"A {kind} restarts its containers. Leave it out, or give \"Always\".");
            }

            pod.Remove(RestartPolicy);
        }
        else if (policy == "Always")
        {
            AddFault(ValidationFaultCodes.Forbidden, $"A {kind}'s pods must end. Give \"OnFailure\" or \"Never\".");
        }
        else if (!pod.ContainsKey(RestartPolicy))
        {
            AddFault(ValidationFaultCodes.Required, $"\"{RestartPolicy}\" is required of a {kind}: \"OnFailure\" or \"Never\".");
        }
    }
}
