using System.Numerics;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>The numbers from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
/// <param name="First">The smallest.</param>
/// <param name="Last">The greatest; not less than <paramref name="First"/>.</param>
public readonly record struct Interval<T>(T First, T Last)
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>;

/// <summary>Makes sets of numbers.</summary>
public static class IntervalSet
{
    /// <summary>The set without any number.</summary>
    public static IntervalSet<T> Empty<T>()
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new([]);

    /// <summary>Every number of the type.</summary>
    public static IntervalSet<T> All<T>()
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => Of(T.MinValue, T.MaxValue);

    /// <summary>The numbers between two, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last is less than the first.</exception>
    public static IntervalSet<T> Of<T>(T first, T last)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        return new([new Interval<T>(first, last)]);
    }
}

/// <summary>A set of numbers, kept as sorted intervals that neither overlap nor touch: equal sets have equal intervals. Immutable.</summary>
public sealed class IntervalSet<T> : IEquatable<IntervalSet<T>>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly Interval<T>[] _intervals;

    internal IntervalSet(IEnumerable<Interval<T>> intervals) => _intervals = [.. intervals];

    /// <summary>The intervals, ascending.</summary>
    public IReadOnlyList<Interval<T>> Intervals => _intervals;

    /// <summary>Whether it has no number.</summary>
    public bool IsEmpty => _intervals.Length == 0;

    /// <summary>Whether it has a number.</summary>
    public bool Contains(T value) => _intervals.Any(i => i.First <= value && value <= i.Last);

    /// <summary>The numbers of either set.</summary>
    public IntervalSet<T> Union(IntervalSet<T> other)
    {
        List<Interval<T>> merged = [];
        foreach (var next in _intervals.Concat(other._intervals).OrderBy(i => i.First))
        {
            // The sum can't overflow: nothing begins after an interval that ends with the greatest number.
            if (merged.Count == 0 || (merged[^1].Last != T.MaxValue && next.First > merged[^1].Last + T.One))
            {
                merged.Add(next);
            }
            else
            {
                merged[^1] = merged[^1] with { Last = T.Max(merged[^1].Last, next.Last) };
            }
        }

        return new IntervalSet<T>(merged);
    }

    /// <summary>The numbers of both sets.</summary>
    public IntervalSet<T> Intersect(IntervalSet<T> other)
    {
        List<Interval<T>> common = [];
        for (int i = 0, j = 0; i < _intervals.Length && j < other._intervals.Length;)
        {
            var (own, their) = (_intervals[i], other._intervals[j]);
            var (first, last) = (T.Max(own.First, their.First), T.Min(own.Last, their.Last));
            if (first <= last)
            {
                common.Add(new Interval<T>(first, last));
            }

            _ = own.Last < their.Last ? i++ : j++;
        }

        return new IntervalSet<T>(common);
    }

    /// <summary>The numbers of this set that the other lacks.</summary>
    public IntervalSet<T> Except(IntervalSet<T> other) => Intersect(other.Complement());

    /// <inheritdoc/>
    public bool Equals(IntervalSet<T>? other) => other is not null && _intervals.AsSpan().SequenceEqual(other._intervals);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IntervalSet<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => _intervals.Aggregate(_intervals.Length, HashCode.Combine);

    private IntervalSet<T> Complement()
    {
        List<Interval<T>> gaps = [];
        var next = T.MinValue;
        foreach (var (first, last) in _intervals)
        {
            if (first > next)
            {
                gaps.Add(new Interval<T>(next, first - T.One));
            }

            if (last == T.MaxValue)
            {
                return new IntervalSet<T>(gaps);
            }

            next = last + T.One;
        }

        return new IntervalSet<T>([.. gaps, new Interval<T>(next, T.MaxValue)]);
    }
}
