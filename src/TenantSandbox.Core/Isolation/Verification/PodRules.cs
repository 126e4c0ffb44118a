using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Isolation.PodSecurity;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// Rules about every pod of the tenant's namespace, whoever made it. Pods that have ended run nothing and don't count; those that are being
/// deleted still run, but may be where the tenant was before.
/// </summary>
internal static class PodRules
{
    private const string WorkloadIdentityAudience = "api://AzureADTokenExchange";

    /// <summary>The check that workloads run.</summary>
    internal const string RunningId = "pod.running";

    /// <summary>The check of the Pod Security Standards that <c>pod.host-namespaces</c> reports.</summary>
    private const string HostNamespacesCheck = "hostNamespaces";

    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        new(RunningId, IsolationArea.Pod, "As many pods of each workload run as the spec asks for: what doesn't run can't be verified. Of a tenant in use it is a warning: a broken workload is no broken boundary.", (facts, e) =>
            from workload in e.Workloads
            let count = Staying(facts).Count(p => WorkloadOf(p, e) == workload.Name && p.Child("status")?.Text("phase") == "Running")
            select new Observation(
                $"{e.Namespace}/{workload.Name}", $"at least {workload.MinPods}", $"{count}",
                count >= workload.MinPods ? CheckVerdict.Passed : e.IsInUse ? CheckVerdict.Warning : CheckVerdict.Failed,
                count < workload.MinPods && e.IsInUse ? "What doesn't run couldn't be verified. It says nothing about the boundary of what runs." : null)),
        Of("pod.known", "The pod belongs to a workload of the tenant's spec.", Staying, (pod, e) =>
            Observation.Of(
                Subject(pod), "a workload of the spec", WorkloadOf(pod, e) ?? "none",
                IsProbe(pod, e) || e.Workloads.Any(w => w.Name == WorkloadOf(pod, e)))),
        Of("pod.runtime-class", "The pod runs in a virtual machine: its RuntimeClass is the one of its workload.", Running, (pod, e) =>
        {
            var found = Spec(pod).Text("runtimeClassName");
            return Expected(pod, e) is { } workload
                ? Observation.Equal(Subject(pod), workload.RuntimeClassName, found)
                : Observation.Of(Subject(pod), "a kata size class", found, e.SizeClasses.Any(c => c.RuntimeClassName == found));
        }),
        Of("pod.overhead", "The pod was admitted with the overhead of its RuntimeClass, so that its node isn't overcommitted.", Running, (pod, e) =>
        {
            var size = e.SizeClasses.FirstOrDefault(c => c.RuntimeClassName == Spec(pod).Text("runtimeClassName"));
            var found = RuntimeClassRules.MiB(Spec(pod).Child("overhead") ?? [], "memory");
            return size is null
                ? Observation.NotApplicable(Subject(pod), "the overhead of its RuntimeClass", "Its RuntimeClass is not one of this installation, which another check reports.")
                : Observation.Of(Subject(pod), $"memory {size.OverheadMemoryMiB} MiB", found is null ? "none" : $"memory {found} MiB", found == size.OverheadMemoryMiB);
        }),
        new("pod.node", IsolationArea.Pod, "The pod runs on a node of the tenant's pool.", (facts, e) => Staying(facts).Select(pod => ObserveNode(pod, facts, e))),
        Of("pod.token", "No token for the API server is mounted in the pod.", Running, ObserveToken),
        Of("pod.host-namespaces", "The pod shares no namespace with its node.", Running, (pod, _) =>
        {
            var shared = new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(f => !IsAbsentOrFalse(Spec(pod)[f])).ToArray();
            return Observation.Of(Subject(pod), "none", shared.Length == 0 ? "none" : string.Join(", ", shared), shared.Length == 0);
        }),
        Of("pod.security", $"The pod meets the restricted Pod Security Standard, {PodSecurityEvaluator.Version}.", Running, (pod, _) =>
        {
            var found = PodSecurityEvaluator.Evaluate(pod, PodSecurityLevel.Restricted).Where(v => v.Check != HostNamespacesCheck).ToArray();
            return Observation.Of(
                Subject(pod), "no violation", found.Length == 0 ? "no violation" : string.Join("; ", found.Select(v => $"{v.Check}: {v.Message}")), found.Length == 0);
        }),
        Of("pod.containers", "Nobody has added a container to the running pod.", Running, (pod, _) =>
        {
            string[] added = [.. Spec(pod).Items("ephemeralContainers").Select(c => c.Text("name") ?? "?")];
            return Observation.Of(Subject(pod), "none", added.Length == 0 ? "none" : string.Join(", ", added), added.Length == 0);
        }),
        .. ImageRules.All,
    ];

    /// <summary>The pods that run or will run something.</summary>
    internal static IEnumerable<JsonObject> Running(IsolationFacts facts) =>
        facts.Pods.Value!.Where(p => p.Child("status")?.Text("phase") is not ("Succeeded" or "Failed"));

    /// <summary>Those of them that aren't being deleted.</summary>
    internal static IEnumerable<JsonObject> Staying(IsolationFacts facts) =>
        Running(facts).Where(p => (p.Child("metadata") ?? [])["deletionTimestamp"] is null);

    internal static string NodeOf(JsonObject pod) => Spec(pod).Text("nodeName") ?? "";

    internal static JsonObject Spec(JsonObject pod) => pod.Child("spec") ?? [];

    internal static string Subject(JsonObject pod) => $"{(pod.Child("metadata") ?? []).Text("namespace")}/{NodeRules.Name(pod)}";

    internal static bool IsProbe(JsonObject pod, IsolationExpectation expected) => NodeRules.Label(pod, expected.Names.ProbeLabel) is not null;

    internal static string? WorkloadOf(JsonObject pod, IsolationExpectation expected) => NodeRules.Label(pod, expected.Names.WorkloadLabel);

    internal static ExpectedWorkload? Expected(JsonObject pod, IsolationExpectation expected) =>
        expected.Workloads.FirstOrDefault(w => w.Name == WorkloadOf(pod, expected));

    private static Observation ObserveNode(JsonObject pod, IsolationFacts facts, IsolationExpectation expected)
    {
        var name = NodeOf(pod);
        if (!expected.IsBoundToPool)
        {
            return Observation.NotApplicable(Subject(pod), expected.PoolName, "Pods aren't bound to their tenant's pool in this installation.");
        }

        if (name.Length == 0)
        {
            return Observation.NotApplicable(Subject(pod), $"a node of pool {expected.PoolName}", "It isn't scheduled yet.");
        }

        // That a node's labels name the pool is a rule of its own; here it counts that the node was listed as one of it.
        var isListed = facts.Nodes.Value?.Any(n => NodeRules.Name(n) == name);
        return isListed is null
            ? Observation.Of(Subject(pod), $"a node of pool {expected.PoolName}", null, isMet: false, facts.Nodes.Failure)
            : Observation.Of(Subject(pod), $"a node of pool {expected.PoolName}", name, isListed.Value, isListed.Value ? null : "The pool has no such node.");
    }

    private static Observation ObserveToken(JsonObject pod, IsolationExpectation expected)
    {
        string[] mounted =
        [
            .. IsFalse(Spec(pod)["automountServiceAccountToken"]) ? [] : (string[])["automountServiceAccountToken isn't false"],
            .. from volume in Spec(pod).Items("volumes")
               from source in (volume.Child("projected") ?? []).Items("sources")
               let token = source.Child("serviceAccountToken")
               where token is not null && token.Text("audience") != WorkloadIdentityAudience
               select $"volume {volume.Text("name")} has a token with audience {token.Text("audience") ?? "of the API server"}",
        ];
        return Observation.Of(Subject(pod), "none", mounted.Length == 0 ? "none" : string.Join("; ", mounted), mounted.Length == 0);
    }

    private static bool IsFalse(JsonNode? value) => value is JsonValue flag && flag.TryGetValue<bool>(out var isOn) && !isOn;

    /// <summary>Whether a flag is off. Anything but an absent value and false counts as on.</summary>
    internal static bool IsAbsentOrFalse(JsonNode? value) => value is null || IsFalse(value);

    private static IsolationRule Of(
        string id, string expects, Func<IsolationFacts, IEnumerable<JsonObject>> pods, Func<JsonObject, IsolationExpectation, Observation> observe) =>
        new(id, IsolationArea.Pod, expects, (facts, expected) => pods(facts).Select(p => observe(p, expected)));
}
