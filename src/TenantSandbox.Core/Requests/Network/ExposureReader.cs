using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads under which host names a workload is exposed.</summary>
internal static class ExposureReader
{
    /// <param name="workload">The workload.</param>
    /// <param name="services">Its Services; null when they could not be read.</param>
    /// <param name="tenantId">The tenant; null when it isn't valid.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="faults">Gets the validation faults.</param>
    /// <returns>Null when it isn't exposed; meaningless when a fault was added.</returns>
    public static Exposure? Read(
        ObjectReader workload, IReadOnlyList<ServiceSpec>? services, string? tenantId, NetworkRules rules, ValidationFaultList faults)
    {
        if (workload.Child("expose", "hosts", "paths", "service", "port") is not { } reader)
        {
            return null;
        }

        if (rules.HostNames is { Count: 0 })
        {
            workload.AddFault("expose", ValidationFaultCodes.NotSupported, "This installation exposes no workloads (TenantSandbox__Network__HostNames).");
            return null;
        }

        var hosts = ReadDistinct(reader, "hosts", RequestLimits.MaxHosts, TextRules.HostName, faults, host => CheckHost(host, tenantId, rules), required: true);
        var paths = ReadDistinct(reader, "paths", RequestLimits.MaxPaths, TextRules.PathPrefix, faults, CheckPath);
        var name = reader.Text("service", TextRules.ServiceName);
        if (services is null)
        {
            return null;
        }

        if (services.FirstOrDefault(s => name is null || s.Name == name) is not { } service)
        {
            reader.AddFault("service", name is null ? ValidationFaultCodes.Required : ValidationFaultCodes.Unknown, name is null
                ? "The workload has no Service that requests could be sent to. Give it \"ports\" or \"services\"."
                : "The workload has no Service of this name.");
            return null;
        }

        return ReadPort(reader, service, faults) is { } port ? new(hosts, paths, service.Name, port) : null;
    }

    private static int? ReadPort(ObjectReader reader, ServiceSpec service, ValidationFaultList faults)
    {
        var ports = service.Ports.Where(p => p.Protocol == "TCP").ToArray();
        if (reader.Element("port", required: false) is not { } value)
        {
            if (ports is [var only])
            {
                return only.Port;
            }

            reader.AddFault("port", ValidationFaultCodes.Required, string.Create(
                CultureInfo.InvariantCulture, $"Service \"{service.Name}\" has {ports.Length} TCP ports; say which one gets the requests."));
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            if (TextRules.PortName.Read(value, reader.PointerTo("port"), faults) is not { } name)
            {
                return null;
            }

            if (ports.FirstOrDefault(p => p.EffectiveName == name) is { } named)
            {
                return named.Port;
            }
        }
        else if (ObjectReader.ReadInteger(value, reader.PointerTo("port"), 1, 65535, faults) is not { } number)
        {
            return null;
        }
        else if (ports.Any(p => p.Port == number))
        {
            return (int)number;
        }

        reader.AddFault("port", ValidationFaultCodes.Unknown, $"Service \"{service.Name}\" has no such TCP port.");
        return null;
    }

    private static string[] ReadDistinct(
        ObjectReader reader, string property, int max, TextRule rule, ValidationFaultList faults, Func<string, string?> refuse, bool required = false)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in reader.Items(property, required ? 1 : 0, max, required))
        {
            if (rule.Read(item, pointer, faults) is not { } text)
            {
                continue;
            }

            if (refuse(text) is { } reason)
            {
                faults.Add(pointer, ValidationFaultCodes.Forbidden, reason);
            }
            else if (!values.Add(text))
            {
                faults.Add(pointer, ValidationFaultCodes.Duplicate, "It is already listed.");
            }
        }

        return [.. values];
    }

    private static string? CheckHost(string host, string? tenantId, NetworkRules rules) =>
        tenantId is null || rules.HostNames is not { } patterns || patterns.Any(p => HostPattern.Matches(p, tenantId, host)) ? null
        : $"Isn't a host name that this tenant may use: {string.Join(", ", patterns.Select(p => HostPattern.For(p, tenantId)))}.";

    // Gateway API 1.x refuses them (HTTPPathMatch): a proxy could normalize them to another path.
    private static string? CheckPath(string path) =>
        path.Contains("//", StringComparison.Ordinal) || path.Split('/').Any(s => s is "." or "..")
            ? "A path must not contain \"//\" or the segments \".\" and \"..\"."
            : null;
}
