using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Compares Services with what a tenant gets: one Service for each workload, of the workload's name, with the ports of its containers.
/// </summary>
internal static class ServiceMapping
{
    /// <returns>What is lost of Services that select no workload here.</returns>
    public static IReadOnlyList<ConversionNote> Apply(IEnumerable<V1Service> services, IReadOnlyList<WorkloadDraft> workloads)
    {
        var notes = new List<ConversionNote>();
        foreach (var service in services)
        {
            var id = $"Service/{service.Metadata?.Name}";
            var workload = workloads.FirstOrDefault(w => IsSelected(w, service.Spec?.Selector));
            if (workload is null)
            {
                notes.Add(new(id, ConversionNoteKind.NotTaken, "It selects none of the workloads that are converted."));
                continue;
            }

            Compare(workload, service, id);
        }

        return notes;
    }

    private static void Compare(WorkloadDraft workload, V1Service service, string id)
    {
        if (service.Metadata.Name == workload.ServiceName && service.Spec.ClusterIP != "None")
        {
            workload.NoteChanged("It is headless: it names the pods of the StatefulSet.", id);
        }

        if (service.Metadata.Name != workload.Name && service.Metadata.Name != workload.ServiceName)
        {
            workload.NoteNotTaken($"The tenant's Service is named {workload.Name}, after the workload; clients that connect to {service.Metadata.Name} must be changed.", id);
        }

        if (service.Spec.Type is "LoadBalancer" or "NodePort")
        {
            workload.NoteNotTaken($"It is of type {service.Spec.Type}; a tenant's Service is reachable inside the cluster only.", id);
        }

        foreach (var port in service.Spec.Ports ?? [])
        {
            if (TargetOf(workload, port) is not { } target)
            {
                workload.NoteNotTaken($"Its port {port.Port} leads to \"{port.TargetPort?.Value}\", which no container declares.", id);
                continue;
            }

            DeclarePort(workload, target, port.Protocol ?? "TCP");
            if (target != port.Port)
            {
                workload.NoteNotTaken($"Its port {port.Port} leads to {target}; the tenant's Service has port {target}, so clients must be changed.", id);
            }
        }
    }

    private static bool IsSelected(WorkloadDraft workload, IDictionary<string, string>? selector)
    {
        var labels = workload.PodTemplate["metadata"]?["labels"] as JsonObject;
        return selector is { Count: > 0 } && selector.All(pair => labels?[pair.Key]?.GetValue<string>() == pair.Value);
    }

    private static int? TargetOf(WorkloadDraft workload, V1ServicePort port)
    {
        var target = port.TargetPort?.Value;
        if (string.IsNullOrEmpty(target))
        {
            return port.Port;
        }

        return int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : PortsOf(workload).FirstOrDefault(p => p["name"]?.GetValue<string>() == target)?["containerPort"]?.GetValue<int>();
    }

    private static void DeclarePort(WorkloadDraft workload, int number, string protocol)
    {
        if (PortsOf(workload).Any(p => p["containerPort"]?.GetValue<int>() == number && (p["protocol"]?.GetValue<string>() ?? "TCP") == protocol))
        {
            return;
        }

        var container = workload.Containers.First();
        if (container["ports"] is not JsonArray ports)
        {
            ports = [];
            container["ports"] = ports;
        }

        ports.Add(new JsonObject { ["containerPort"] = number, ["protocol"] = protocol });
    }

    private static IEnumerable<JsonObject> PortsOf(WorkloadDraft workload) =>
        workload.Containers.SelectMany(container => container["ports"] as JsonArray ?? []).OfType<JsonObject>();
}
