using System.Net;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>Ports at addresses.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Ports">The ports that each of them has.</param>
public sealed record AddressPorts(AddressSet Addresses, PortSet Ports);

/// <summary>A set of pairs of an address and a port. Immutable.</summary>
public sealed class AddressPortSet
{
    /// <summary>No pair.</summary>
    public static readonly AddressPortSet Empty = new([]);

    private AddressPortSet(IReadOnlyList<AddressPorts> parts) => Parts = parts;

    /// <summary>The pairs: no address is in two parts, no two parts have the same ports, none is empty.</summary>
    public IReadOnlyList<AddressPorts> Parts { get; }

    /// <summary>Whether it has no pair.</summary>
    public bool IsEmpty => Parts.Count == 0;

    /// <summary>Every port of a set at every address of another.</summary>
    public static AddressPortSet Of(AddressSet addresses, PortSet ports) =>
        addresses.IsEmpty || ports.IsEmpty ? Empty : new([new AddressPorts(addresses, ports)]);

    /// <summary>The ports at an address.</summary>
    public PortSet PortsAt(IPAddress address) => Parts.FirstOrDefault(p => p.Addresses.Contains(address))?.Ports ?? PortSet.None;

    /// <summary>The pairs of either set.</summary>
    public AddressPortSet Union(AddressPortSet other) => Combine(other, (own, their) => own.Union(their));

    /// <summary>The pairs of both sets.</summary>
    public AddressPortSet Intersect(AddressPortSet other) => Combine(other, (own, their) => own.Intersect(their));

    /// <summary>The pairs of this set that the other lacks.</summary>
    public AddressPortSet Except(AddressPortSet other) => Combine(other, (own, their) => own.Except(their));

    /// <summary>The parts for people.</summary>
    public override string ToString() => string.Join(" | ", Parts.Select(p => $"{p.Addresses} at {p.Ports}"));

    private AddressPortSet Combine(AddressPortSet other, Func<PortSet, PortSet, PortSet> combine)
    {
        var parts =
            from own in Partition()
            from their in other.Partition()
            let ports = combine(own.Ports, their.Ports)
            where !ports.IsEmpty
            let addresses = own.Addresses.Intersect(their.Addresses)
            where !addresses.IsEmpty
            group addresses by ports into same
            select new AddressPorts(same.Aggregate((a, b) => a.Union(b)), same.Key);
        return new AddressPortSet([.. parts]);
    }

    /// <summary>The parts, and every other address without ports.</summary>
    private IEnumerable<AddressPorts> Partition() =>
        [.. Parts, new AddressPorts(Parts.Aggregate(AddressSet.All, (rest, p) => rest.Except(p.Addresses)), PortSet.None)];
}
