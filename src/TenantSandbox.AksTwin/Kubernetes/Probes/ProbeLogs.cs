using System.Net;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// What probes print, computed from the state of the cluster when their container starts. Kept in memory until the pod is gone: after a restart
/// of the twin, the log of a probe that has ended is computed again.
/// </summary>
internal sealed class ProbeLogs(Cluster cluster)
{
    private readonly Dictionary<ObjectKey, (string Uid, IReadOnlyList<string> Lines)> _logs = [];

    /// <summary>The lines of a probe's log; null for a container that isn't a probe.</summary>
    public IReadOnlyList<string>? Find(StoredObject pod, JsonObject container, DateTimeOffset started)
    {
        if (ProbeContainer.FindVariable(container) is not { } variable)
        {
            return null;
        }

        if (!_logs.TryGetValue(pod.Key, out var log) || log.Uid != pod.Uid)
        {
            _logs[pod.Key] = log = (pod.Uid, Run(pod, container, variable, started));
        }

        return log.Lines;
    }

    /// <summary>Forgets the log of a pod that is gone.</summary>
    public void Remove(ObjectKey pod) => _logs.Remove(pod);

    private IReadOnlyList<string> Run(StoredObject pod, JsonObject container, string variable, DateTimeOffset started)
    {
        if (ProbeContainer.Read(variable, out var error) is not { } request)
        {
            return [error!];
        }

        var node = cluster.Store.Find(Kinds.Nodes, "", pod.NodeName!)?.Json ?? [];
        var isKata = Kubelet.IsKata(cluster.Store, pod) && Faults(InjectedFaultKind.RunsWithRunc, pod).Count == 0;
        var memory = Faults(InjectedFaultKind.GuestMemory, pod).Select(f => (long?)int.Parse(f.Code, CultureInfo.InvariantCulture) << 20).LastOrDefault();
        var result = new ProbeResult(
            ProbeRequest.CurrentSchema,
            request.Nonce,
            started.ToUniversalTime(),
            PodMachine.Of(pod.Json, node, isKata, memory),
            ProcessPrivileges.Of(pod.Json, container, isKata),
            ProcessPrivileges.TokenMounts(pod.Json, container),
            TryAll(pod, request));
        return Print(result, request, Faults(InjectedFaultKind.ProbeOutput, pod).Select(f => f.Code).LastOrDefault());
    }

    private ProbeTargetResult[] TryAll(StoredObject pod, ProbeRequest request)
    {
        var network = new PodNetwork(cluster, pod);
        var open = Faults(InjectedFaultKind.AddressOpen, pod).Select(f => IPAddress.Parse(f.Code)).ToHashSet();
        var silent = Faults(InjectedFaultKind.AddressSilent, pod).Select(f => IPAddress.Parse(f.Code)).ToHashSet();
        return
        [
            .. request.Targets.Select(target =>
            {
                var address = IPAddress.Parse(target.Address);
                var (outcome, detail) = open.Contains(address) ? PodNetwork.Answer(target)
                    : silent.Contains(address) ? (ProbeOutcome.TimedOut, "")
                    : network.Try(target);
                return new ProbeTargetResult(target.Name, outcome, detail, outcome == ProbeOutcome.TimedOut ? target.TimeoutMilliseconds : 1);
            }),
        ];
    }

    private static IReadOnlyList<string> Print(ProbeResult result, ProbeRequest request, string? sabotage)
    {
        var line = ProbeResultReader.Write(result, request);
        return sabotage switch
        {
            "nothing" => [],
            "garbage" => ["\u001b[31mSegmentation fault\u0007 (core dumped)"],
            "forgedNonce" => [line.Replace(request.Nonce, DeterministicNames.Hex(request.Nonce) + DeterministicNames.Hex($"{request.Nonce}/"), StringComparison.Ordinal)],
            "twoLines" => [line, line],
            _ => [line],
        };
    }

    private IReadOnlyList<InjectedFault> Faults(InjectedFaultKind kind, StoredObject pod) => cluster.Context.InjectedFaults.NextAll(
        kind, InjectedFaults.ProbeRun, [pod.Key.Name, pod.Key.Namespace, pod.NodeName!, cluster.Context.Cluster.Name]);
}
