using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Gives workloads the Services that select them. One with the workload's name and the ports of its containers needs no words.</summary>
internal static class ServiceMapping
{
    /// <returns>What is lost of Services that select no workload here.</returns>
    public static IReadOnlyList<ConversionNote> Apply(IEnumerable<V1Service> services, IReadOnlyList<WorkloadDraft> workloads)
    {
        var notes = new List<ConversionNote>();
        var selected = new List<(WorkloadDraft Workload, V1Service Service)>();
        foreach (var service in services)
        {
            var id = IdOf(service);
            var targets = workloads.Where(w => w.IsSelectedBy(service.Spec?.Selector)).ToArray();
            if (targets.Length == 0)
            {
                notes.Add(new(id, ConversionNoteKind.NotTaken, service.Spec?.Type == "ExternalName"
                    ? "A tenant has no ExternalName Services. Connect to the name itself, and allow it in egressAllowList."
                    : "It selects none of the workloads that are converted."));
                continue;
            }

            if (targets.Length > 1)
            {
                targets[0].NoteNotTaken($"It selects {targets.Length} workloads; a tenant's Service leads to one, here {targets[0].Name}.", id);
            }

            selected.Add((targets[0], service));
        }

        foreach (var group in selected.GroupBy(s => s.Workload, s => s.Service))
        {
            Write(group.Key, [.. group]);
        }

        return notes;
    }

    private static void Write(WorkloadDraft workload, V1Service[] all)
    {
        foreach (var governing in all.Where(s => IsGoverning(workload, s)))
        {
            WriteGoverning(workload, governing);
        }

        V1Service[] services = [.. all.Where(s => !IsGoverning(workload, s))];
        foreach (var service in services)
        {
            NoteChanges(workload, service);
        }

        JsonObject[] items = [.. services.Select(s => ServiceOf(workload, s)).OfType<JsonObject>()];
        if (items.Length == 0)
        {
            return;
        }

        if (services is [var only] && IsImplied(workload, only))
        {
            foreach (var port in only.Spec.Ports)
            {
                DeclarePort(workload, port.Port, port.Protocol ?? "TCP");
            }

            return;
        }

        workload.Network["services"] = new JsonArray([.. items]);
    }

    private static bool IsGoverning(WorkloadDraft workload, V1Service service) => service.Metadata.Name == workload.ServiceName;

    // The app makes the Service that names the pods of a StatefulSet, with the ports of its containers.
    private static void WriteGoverning(WorkloadDraft workload, V1Service service)
    {
        if (service.Spec.ClusterIP != "None")
        {
            workload.NoteChanged("It is headless: it names the pods of the StatefulSet.", IdOf(service));
        }

        if (service.Spec.Type is "LoadBalancer" or "NodePort")
        {
            workload.NoteNotTaken($"It is of type {service.Spec.Type}; what names the pods of a StatefulSet is reachable inside the cluster only.", IdOf(service));
        }

        foreach (var port in service.Spec.Ports ?? [])
        {
            if (TargetOf(workload, port) is { } target)
            {
                DeclarePort(workload, target, port.Protocol ?? "TCP");
            }
            else
            {
                NoteUnknownTarget(workload, service, port);
            }
        }
    }

    private static void NoteUnknownTarget(WorkloadDraft workload, V1Service service, V1ServicePort port) =>
        workload.NoteNotTaken($"Its port {port.Port} leads to \"{port.TargetPort?.Value}\", which no container declares.", IdOf(service));

    // What the workload has without any words about Services.
    private static bool IsImplied(WorkloadDraft workload, V1Service service) =>
        service.Metadata.Name == workload.Name && service.Spec.Type is null or "ClusterIP" && service.Spec.SessionAffinity is null or "None"
        && service.Spec.Ports.All(p => TargetOf(workload, p) == p.Port && p.AppProtocol is null && HasImpliedName(workload, p));

    private static bool HasImpliedName(WorkloadDraft workload, V1ServicePort port) =>
        port.Name is null || NameOf(workload, port) is null || NameOf(workload, port) == port.Name;

    private static string? NameOf(WorkloadDraft workload, V1ServicePort port) =>
        PortsOf(workload).FirstOrDefault(p => p["containerPort"]?.GetValue<int>() == port.Port)?["name"]?.GetValue<string>();

    private static void NoteChanges(WorkloadDraft workload, V1Service service)
    {
        var (spec, id) = (service.Spec, IdOf(service));
        if (spec.Type is "LoadBalancer" or "NodePort")
        {
            var setting = spec.Type == "NodePort" ? "AllowNodePorts" : "LoadBalancers";
            workload.NoteChanged(
                $"It is of type {spec.Type}, which an installation must allow (TenantSandbox__Network__{setting}). "
                + "Say in \"ingress\" who may connect from outside of the cluster, or use \"expose\".",
                id);
        }

        if (spec.ClusterIP == "None")
        {
            workload.NoteNotTaken("It is headless; the tenant's Service has an address of its own, and its name leads to that instead of to the pods.", id);
        }

        if (spec.ExternalIPs is { Count: > 0 } || spec.LoadBalancerIP is not null || spec.LoadBalancerSourceRanges is { Count: > 0 })
        {
            workload.NoteNotTaken("The addresses that it names can't be chosen by a tenant; who may connect is said in \"ingress\".", id);
        }

        if (spec.Ports?.Any(p => p.NodePort is not null) == true)
        {
            workload.NoteNotTaken("The ports of nodes that it names are assigned by the cluster.", id);
        }
    }

    private static JsonObject? ServiceOf(WorkloadDraft workload, V1Service service)
    {
        var ports = new JsonArray();
        foreach (var port in service.Spec.Ports ?? [])
        {
            if (TargetOf(workload, port) is not { } target)
            {
                NoteUnknownTarget(workload, service, port);
                continue;
            }

            ports.Add(PortOf(port, target));
        }

        if (ports.Count == 0)
        {
            return null;
        }

        var item = new JsonObject { ["name"] = service.Metadata.Name, ["ports"] = ports };
        if (service.Spec.Type is "LoadBalancer" or "NodePort")
        {
            item["type"] = service.Spec.Type;
        }

        if (service.Spec.SessionAffinity == "ClientIP")
        {
            item["sessionAffinity"] = "ClientIP";
        }

        return item;
    }

    private static JsonObject PortOf(V1ServicePort port, int target)
    {
        var item = new JsonObject { ["port"] = port.Port };
        if (port.Name is not null)
        {
            item["name"] = port.Name;
        }

        // A name stays a name: the container's port may change its number.
        if (port.TargetPort?.Value is { Length: > 0 } text && text.Any(char.IsAsciiLetter))
        {
            item["targetPort"] = text;
        }
        else if (target != port.Port)
        {
            item["targetPort"] = target;
        }

        if (port.Protocol is not (null or "TCP"))
        {
            item["protocol"] = port.Protocol;
        }

        if (port.AppProtocol is not null)
        {
            item["appProtocol"] = port.AppProtocol;
        }

        return item;
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

    private static string IdOf(V1Service service) => $"Service/{service.Metadata?.Name}";
}
