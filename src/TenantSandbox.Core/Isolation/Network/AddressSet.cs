using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>A set of IPv4 and IPv6 addresses. Immutable.</summary>
public sealed class AddressSet : IEquatable<AddressSet>
{
    /// <summary>No address.</summary>
    public static readonly AddressSet Empty = new(IntervalSet.Empty<uint>(), IntervalSet.Empty<UInt128>());

    /// <summary>Every address.</summary>
    public static readonly AddressSet All = new(IntervalSet.All<uint>(), IntervalSet.All<UInt128>());

    private const int MaxRangesInText = 3;

    private AddressSet(IntervalSet<uint> v4, IntervalSet<UInt128> v6) => (V4, V6) = (v4, v6);

    /// <summary>The IPv4 addresses as numbers.</summary>
    public IntervalSet<uint> V4 { get; }

    /// <summary>The IPv6 addresses as numbers, without IPv4-mapped ones, which count as IPv4.</summary>
    public IntervalSet<UInt128> V6 { get; }

    /// <summary>Whether it has no address.</summary>
    public bool IsEmpty => V4.IsEmpty && V6.IsEmpty;

    /// <summary>The addresses between two numbers, both included.</summary>
    public static AddressSet OfV4(uint first, uint last) => new(IntervalSet.Of(first, last), IntervalSet.Empty<UInt128>());

    /// <summary>One address.</summary>
    public static AddressSet Of(IPAddress address) => OfBlock(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    /// <summary>
    /// Reads a block such as <c>10.0.0.0/8</c>. As in Kubernetes, host bits can be set and count as zero.
    /// </summary>
    /// <exception cref="FormatException">
    /// The text is no block, or an IPv4 address isn't canonical: Kubernetes reads leading zeros as decimal, others as octal.
    /// </exception>
    public static AddressSet Parse(string block)
    {
        var slash = block.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0
            && !block.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(block.AsSpan(0, slash), out var address)
            && int.TryParse(block.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == block[..slash]))
        {
            return OfBlock(address, length);
        }

        throw new FormatException($"'{block}' is no address block");
    }

    /// <summary>The addresses of any of some sets.</summary>
    public static AddressSet Union(IEnumerable<AddressSet> sets) => sets.Aggregate(Empty, (all, set) => all.Union(set));

    /// <summary>Whether it has an address.</summary>
    public bool Contains(IPAddress address) => !Of(address).Intersect(this).IsEmpty;

    /// <summary>The addresses of either set.</summary>
    public AddressSet Union(AddressSet other) => new(V4.Union(other.V4), V6.Union(other.V6));

    /// <summary>Whether it has all addresses of another set.</summary>
    public bool Covers(AddressSet other) => other.Except(this).IsEmpty;

    /// <summary>The addresses of both sets.</summary>
    public AddressSet Intersect(AddressSet other) => new(V4.Intersect(other.V4), V6.Intersect(other.V6));

    /// <summary>The addresses of this set that the other lacks.</summary>
    public AddressSet Except(AddressSet other) => new(V4.Except(other.V4), V6.Except(other.V6));

    /// <summary>The fewest blocks, such as <c>10.0.0.0/8</c>, that have exactly these addresses: IPv4 first, each in ascending order.</summary>
    public IReadOnlyList<string> ToBlocks() =>
        [.. V4.Intervals.SelectMany(i => Blocks(i, 32, ToAddress)), .. V6.Intervals.SelectMany(i => Blocks(i, 128, ToAddress))];

    /// <inheritdoc/>
    public bool Equals(AddressSet? other) => other is not null && V4.Equals(other.V4) && V6.Equals(other.V6);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AddressSet);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(V4, V6);

    /// <summary>The blocks and ranges, for people: of many the first ones and how many there are.</summary>
    public override string ToString()
    {
        if (Equals(All))
        {
            return "any address";
        }

        string[] ranges = [.. V4.Intervals.Select(i => Text(i, 32, ToAddress)), .. V6.Intervals.Select(i => Text(i, 128, ToAddress))];
        return ranges.Length <= MaxRangesInText
            ? string.Join(", ", ranges)
            : $"{string.Join(", ", ranges.Take(MaxRangesInText))} and {ranges.Length - MaxRangesInText} more ranges";
    }

    private static AddressSet OfBlock(IPAddress address, int length)
    {
        // Go, and with it Kubernetes, treats IPv4-mapped addresses as IPv4.
        if (address.IsIPv4MappedToIPv6 && length >= 96)
        {
            return OfBlock(address.MapToIPv4(), length - 96);
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? new(Block(BinaryPrimitives.ReadUInt32BigEndian(bytes), 32 - length), IntervalSet.Empty<UInt128>())
            : new(IntervalSet.Empty<uint>(), Block(BinaryPrimitives.ReadUInt128BigEndian(bytes), 128 - length));
    }

    private static IntervalSet<T> Block<T>(T address, int hostBits)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var hosts = Hosts<T>(hostBits);
        return IntervalSet.Of(address & ~hosts, address | hosts);
    }

    // A shift by all bits of a number shifts it by none.
    private static T Hosts<T>(int bits)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => bits == T.Zero.GetByteCount() * 8 ? T.MaxValue : (T.One << bits) - T.One;

    // Takes the largest block that begins at the first address and doesn't exceed the last one, until none is left.
    private static IEnumerable<string> Blocks<T>(Interval<T> range, int bits, Func<T, IPAddress> address)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var first = range.First;
        while (true)
        {
            var hostBits = 0;
            while (hostBits < bits && Hosts<T>(hostBits + 1) is var hosts && (first & hosts) == T.Zero && hosts <= range.Last - first)
            {
                hostBits++;
            }

            yield return $"{address(first)}/{bits - hostBits}";
            var last = first | Hosts<T>(hostBits);
            if (last == range.Last)
            {
                yield break;
            }

            first = last + T.One;
        }
    }

    private static string Text<T>(Interval<T> range, int bits, Func<T, IPAddress> address)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var hosts = range.Last - range.First;
        return (hosts & (hosts + T.One)) == T.Zero && (range.First & hosts) == T.Zero
            ? $"{address(range.First)}/{bits - int.CreateTruncating(T.PopCount(hosts))}"
            : $"{address(range.First)}-{address(range.Last)}";
    }

    private static IPAddress ToAddress(uint number) => new(BinaryPrimitives.ReverseEndianness(number));

    private static IPAddress ToAddress(UInt128 number)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
