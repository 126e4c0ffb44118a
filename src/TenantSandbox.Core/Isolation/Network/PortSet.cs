namespace TenantSandbox.Core.Isolation.Network;

/// <summary>The protocols that network policies know.</summary>
public enum TransportProtocol
{
    /// <summary>The default of policies and of containers' ports.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>SCTP.</summary>
    Sctp,
}

/// <summary>A set of ports (1 to 65535) of each protocol. Immutable.</summary>
public sealed class PortSet : IEquatable<PortSet>
{
    /// <summary>No port.</summary>
    public static readonly PortSet None = new(_ => IntervalSet.Empty<ushort>());

    /// <summary>Every port of every protocol.</summary>
    public static readonly PortSet All = new(_ => Every);

    private static readonly TransportProtocol[] Protocols = Enum.GetValues<TransportProtocol>();

    private readonly IntervalSet<ushort>[] _ports;

    private PortSet(Func<TransportProtocol, IntervalSet<ushort>> ports) => _ports = [.. Enum.GetValues<TransportProtocol>().Select(ports)];

    /// <summary>Whether it has no port.</summary>
    public bool IsEmpty => _ports.All(p => p.IsEmpty);

    private static IntervalSet<ushort> Every => IntervalSet.Of<ushort>(1, ushort.MaxValue);

    /// <summary>The ports of one protocol between two, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not 1 to 65535, or the last is less than the first.</exception>
    public static PortSet Of(TransportProtocol protocol, int first = 1, int last = ushort.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, ushort.MaxValue);
        return new PortSet(p => p == protocol ? IntervalSet.Of((ushort)first, (ushort)last) : IntervalSet.Empty<ushort>());
    }

    /// <summary>Whether it has a port.</summary>
    public bool Contains(TransportProtocol protocol, int port) => port is > 0 and <= ushort.MaxValue && _ports[(int)protocol].Contains((ushort)port);

    /// <summary>The ports of either set.</summary>
    public PortSet Union(PortSet other) => new(p => _ports[(int)p].Union(other._ports[(int)p]));

    /// <summary>The ports of both sets.</summary>
    public PortSet Intersect(PortSet other) => new(p => _ports[(int)p].Intersect(other._ports[(int)p]));

    /// <summary>The ports of this set that the other lacks.</summary>
    public PortSet Except(PortSet other) => new(p => _ports[(int)p].Except(other._ports[(int)p]));

    /// <inheritdoc/>
    public bool Equals(PortSet? other) => other is not null && _ports.SequenceEqual(other._ports);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PortSet);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_ports[0], _ports[1], _ports[2]);

    /// <summary>The ports for people, such as <c>TCP 80,8000-8080; any UDP port</c>.</summary>
    public override string ToString() => Equals(All)
        ? "all ports"
        : string.Join("; ", Protocols.Where(p => !_ports[(int)p].IsEmpty).Select(p => Text(p.ToString().ToUpperInvariant(), _ports[(int)p])));

    private static string Text(string protocol, IntervalSet<ushort> ports) => ports.Equals(Every)
        ? $"any {protocol} port"
        : $"{protocol} {string.Join(',', ports.Intervals.Select(i => i.First == i.Last ? $"{i.First}" : $"{i.First}-{i.Last}"))}";
}
