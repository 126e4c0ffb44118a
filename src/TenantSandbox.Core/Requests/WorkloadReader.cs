using System.Text.Json;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the workloads of a request.</summary>
internal static class WorkloadReader
{
    private static readonly string[] Common = ["name", .. KindReader.Properties, "identity"];

    private static readonly string[] ShortForm =
        ["image", "cpu", "memory", "ports", "env", "command", "args", "readinessProbe", "expandVariables", .. WorkloadSecretReader.Properties];

    public static IReadOnlyList<WorkloadSpec> Read(
        ObjectReader spec,
        string? tenantId,
        InstallationRules rules,
        DeclaredObjects declared,
        DeclaredSecrets secrets,
        NetworkReader network,
        ValidationFaultList faults)
    {
        var workloads = new List<WorkloadSpec>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in spec.Items("workloads", 1, RequestLimits.MaxWorkloads, required: true))
        {
            if (ObjectReader.Open(item, pointer, faults, [.. Common, .. ShortForm, "podTemplate", .. NetworkReader.Properties]) is not { } reader)
            {
                continue;
            }

            var name = reader.Text("name", TextRules.WorkloadName, required: true);
            if (name is not null && !names.Add(name))
            {
                reader.AddFault("name", ValidationFaultCodes.Duplicate, $"Another workload is named \"{name}\".");
            }

            var form = KindReader.Read(reader, faults);
            declared.CheckClaimTemplates(form, name, pointer);
            var identity = IdentityReader.Read(reader, tenantId, rules, faults);
            WorkloadSpec workload;
            if (reader.Has("podTemplate"))
            {
                var template = ReadTemplate(reader, form, rules, secrets, faults);
                if (template is not null)
                {
                    declared.Check(template, pointer, form.Replicas);
                }

                // Without a valid template only the faults of the rest count.
                workload = template is not null && faults.IsEmpty
                    ? WorkloadSpec.Of(name!, form.Replicas, template)
                    : new(name ?? "", "", form.Replicas, 0, 0, [], [], [], [], null);
            }
            else
            {
                workload = WorkloadSecretReader.Read(reader, ReadShortForm(reader, name ?? "", form.Replicas, secrets, faults), secrets, faults);
            }

            workloads.Add(network.Read(reader, form.Of(workload) with { Identity = identity }));
        }

        GoverningServices.CheckNames(spec, workloads, faults);
        return workloads;
    }

    private static WorkloadSpec ReadShortForm(ObjectReader reader, string name, int replicas, DeclaredSecrets secrets, ValidationFaultList faults) => new(
        name,
        reader.Text("image", TextRules.Image, required: true) ?? "",
        replicas,
        Cpu(reader, faults),
        Memory(reader, faults),
        PortReader.Read(reader, faults),
        Environment(reader, secrets, faults),
        reader.Texts("command", 0, RequestLimits.MaxCommand, TextRules.Argument),
        reader.Texts("args", 0, RequestLimits.MaxArgs, TextRules.Argument),
        ProbeReader.Read(reader),
        reader.Boolean("expandVariables") ?? false);

    private static PodTemplate? ReadTemplate(
        ObjectReader reader, WorkloadForm form, InstallationRules rules, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        foreach (var name in ShortForm.Where(reader.Has))
        {
            reader.AddFault(name, ValidationFaultCodes.Exclusive, "The pod template has it. Give the short form or \"podTemplate\", not both.");
        }

        var scope = new PodTemplateScope(form, rules, secrets, reader.Has("identity"));
        return PodTemplateReader.Read(reader.Element("podTemplate", required: true)!.Value, reader.PointerTo("podTemplate"), scope, faults);
    }

    private static int Cpu(ObjectReader reader, ValidationFaultList faults) =>
        reader.Element("cpu", required: true) is { } value ? Quantities.ReadCpuMillis(value, reader.PointerTo("cpu"), faults) ?? 0 : 0;

    private static int Memory(ObjectReader reader, ValidationFaultList faults) =>
        reader.Element("memory", required: true) is { } value ? Quantities.ReadMemoryMiB(value, reader.PointerTo("memory"), faults) ?? 0 : 0;

    private static List<EnvironmentVariable> Environment(ObjectReader workload, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        var variables = new List<EnvironmentVariable>();
        if (workload.Element("env", required: false) is not { } map)
        {
            return variables;
        }

        var pointer = workload.PointerTo("env");
        if (map.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an object with a string for each name.");
            return variables;
        }

        if (map.GetPropertyCount() > RequestLimits.MaxEnv)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, "Must have at most 50 variables.");
            return variables;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            var itemPointer = JsonPointer.Append(pointer, property.Name);
            if (workload.Has("identity"))
            {
                IdentityNames.CheckVariable(property.Name, itemPointer, faults);
            }

            if (!names.Add(property.Name))
            {
                faults.Add(itemPointer, ValidationFaultCodes.Duplicate, "This variable is already given.");
            }
            else if (!TextRules.EnvName.Accepts(property.Name))
            {
                faults.Add(itemPointer, ValidationFaultCodes.Format, "A variable's name must be 1 to 128 letters, digits, '_', '.' and '-', not starting with a digit.");
            }
            else if (property.Name.StartsWith("KUBERNETES_", StringComparison.Ordinal))
            {
                faults.Add(itemPointer, ValidationFaultCodes.Forbidden, "Names that start with KUBERNETES_ are reserved by Kubernetes.");
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                if (WorkloadSecretReader.KeyOf(property.Value, itemPointer, secrets, faults) is { } reference)
                {
                    variables.Add(new EnvironmentVariable(property.Name, "", reference));
                }
            }
            else if (TextRules.EnvValue.Read(property.Value, itemPointer, faults) is { } value)
            {
                variables.Add(new EnvironmentVariable(property.Name, value));
            }
        }

        return variables;
    }
}

/// <summary>Reads a readiness probe, which has the property names of Kubernetes.</summary>
internal static class ProbeReader
{
    private const string Choice = "Must have exactly one of \"httpGet\", \"tcpSocket\" and \"exec\".";

    public static ReadinessProbe? Read(ObjectReader workload)
    {
        if (workload.Child("readinessProbe", "httpGet", "tcpSocket", "exec", "initialDelaySeconds", "periodSeconds") is not { } probe)
        {
            return null;
        }

        var delay = (int)(probe.Integer("initialDelaySeconds", 0, RequestLimits.MaxInitialDelaySeconds) ?? 0);
        var period = (int)(probe.Integer("periodSeconds", 1, RequestLimits.MaxPeriodSeconds) ?? 10);
        var given = (probe.Has("httpGet") ? 1 : 0) + (probe.Has("tcpSocket") ? 1 : 0) + (probe.Has("exec") ? 1 : 0);
        if (given != 1)
        {
            workload.AddFault("readinessProbe", given == 0 ? ValidationFaultCodes.Required : ValidationFaultCodes.Exclusive, Choice);
        }

        var http = probe.Child("httpGet", "path", "port");
        var path = http?.Text("path", TextRules.HttpPath, required: true);
        var tcp = probe.Child("tcpSocket", "port");
        var port = (http ?? tcp)?.Integer("port", 1, 65535, required: true);
        var exec = probe.Child("exec", "command");
        var command = exec?.Texts("command", 1, RequestLimits.MaxCommand, TextRules.Argument, required: true) ?? [];
        return new ReadinessProbe(path, (int?)port, command, delay, period);
    }
}

/// <summary>Reads the ports of a workload or an egress rule.</summary>
internal static class PortReader
{
    public static IReadOnlyList<WorkloadPort> Read(ObjectReader owner, ValidationFaultList faults)
    {
        var ports = new List<WorkloadPort>();
        foreach (var (item, pointer) in owner.Items("ports", 0, RequestLimits.MaxPorts))
        {
            if (ObjectReader.Open(item, pointer, faults, "port", "protocol") is not { } reader)
            {
                continue;
            }

            var number = reader.Integer("port", 1, 65535, required: true);
            var protocol = ReadProtocol(reader);
            if (number is null)
            {
                continue;
            }

            var port = new WorkloadPort((int)number, protocol);
            if (ports.Contains(port))
            {
                reader.AddFault("port", ValidationFaultCodes.Duplicate, "This port and protocol are already listed.");
            }
            else
            {
                ports.Add(port);
            }
        }

        return ports;
    }

    public static string ReadProtocol(ObjectReader port)
    {
        var protocol = port.Text("protocol", TextRules.Any);
        if (protocol is not (null or "TCP" or "UDP"))
        {
            port.AddFault("protocol", ValidationFaultCodes.Format, "Must be \"TCP\" or \"UDP\".");
        }

        return protocol ?? "TCP";
    }
}
