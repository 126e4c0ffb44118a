using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>A Service of a workload.</summary>
/// <param name="Name">A DNS label of RFC 1035, at most 63 characters, unique within the tenant.</param>
/// <param name="Ports">1 to 20 ports, unique by port and protocol and by name.</param>
/// <param name="Type">Where it can be reached.</param>
/// <param name="HasSessionAffinity">Whether connections of one client go to one pod (<c>sessionAffinity: ClientIP</c>).</param>
/// <param name="IsInternal">Of a load balancer: whether its address is one of the virtual network.</param>
public sealed record ServiceSpec(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("ports")] IReadOnlyList<ServicePortSpec> Ports,
    [property: JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] ServiceType Type = ServiceType.ClusterIP,
    [property: JsonPropertyName("sessionAffinity"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasSessionAffinity = false,
    [property: JsonPropertyName("internal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsInternal = false);

/// <summary>Where a Service can be reached.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceType>))]
public enum ServiceType
{
    /// <summary>Inside the cluster.</summary>
    [JsonStringEnumMemberName("ClusterIP")] ClusterIP,

    /// <summary>On a port of every node too.</summary>
    [JsonStringEnumMemberName("NodePort")] NodePort,

    /// <summary>At an address of an Azure load balancer too.</summary>
    [JsonStringEnumMemberName("LoadBalancer")] LoadBalancer,
}

/// <summary>A port of a Service.</summary>
/// <param name="Port">1 to 65535.</param>
/// <param name="Protocol"><c>TCP</c> or <c>UDP</c>.</param>
/// <param name="Name">Its name; null for one made of protocol and number.</param>
/// <param name="TargetPort">The container's port, as number or name; null for <paramref name="Port"/>.</param>
/// <param name="AppProtocol">The application's protocol, such as <c>http</c> or <c>kubernetes.io/h2c</c>; null for none.</param>
public sealed record ServicePortSpec(
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("protocol")] string Protocol = "TCP",
    [property: JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null,
    [property: JsonPropertyName("targetPort"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TargetPort = null,
    [property: JsonPropertyName("appProtocol"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AppProtocol = null)
{
    /// <summary>The name that the Service's port has.</summary>
    [JsonIgnore]
    public string EffectiveName => Name ?? NameOf(Port, Protocol);

    /// <summary>The Service's port for one of a container, with the same number.</summary>
    public static ServicePortSpec Of(WorkloadPort port)
    {
        ArgumentNullException.ThrowIfNull(port);
        return new(port.Port, port.Protocol, port.Name);
    }

    /// <summary>The name of a port that none was given to, such as <c>tcp-8080</c>.</summary>
    public static string NameOf(int port, string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{protocol.ToLowerInvariant()}-{port}");
    }
}

/// <summary>Who may connect to a workload's pods, instead of all pods of the tenant.</summary>
/// <param name="From">0 to 50 sources, each once; nobody if there is none.</param>
public sealed record IngressSpec(
    [property: JsonPropertyName("from")] IReadOnlyList<IngressSource> From);

/// <summary>Who may connect: exactly one of the source, the workload and the block is not null.</summary>
/// <param name="Ports">The pods' ports; empty for all.</param>
/// <param name="Source">The name of one of the installation's sources, such as its gateway.</param>
/// <param name="Workload">A workload of the same tenant.</param>
/// <param name="Cidr">An IPv4 or IPv6 block in canonical form.</param>
public sealed record IngressSource(
    [property: JsonPropertyName("ports")] IReadOnlyList<WorkloadPort> Ports,
    [property: JsonPropertyName("source"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonPropertyName("workload"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Workload = null,
    [property: JsonPropertyName("cidr"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cidr = null);

/// <summary>The host names under which the installation's Gateway exposes a workload.</summary>
/// <param name="Hosts">1 to 10 host names, sorted. Each belongs to one tenant of the installation.</param>
/// <param name="Paths">The prefixes of the paths, sorted; empty for all paths.</param>
/// <param name="Service">The Service that gets the requests.</param>
/// <param name="Port">Its port, a TCP port.</param>
public sealed record Exposure(
    [property: JsonPropertyName("hosts")] IReadOnlyList<string> Hosts,
    [property: JsonPropertyName("paths")] IReadOnlyList<string> Paths,
    [property: JsonPropertyName("service")] string Service,
    [property: JsonPropertyName("port")] int Port)
{
    /// <summary>The paths, with the one that stands for all.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> EffectivePaths => Paths.Count > 0 ? Paths : ["/"];
}
