using System.Globalization;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>Which report it is. Names sort as the reports follow each other.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The tenant's incarnation, from 1.</param>
/// <param name="Number">The number within the incarnation, from 1.</param>
public readonly record struct ReportName(string TenantId, int Incarnation, int Number) : IComparable<ReportName>
{
    /// <summary>The part of a stored name that a number takes, so that names sort as texts too.</summary>
    private const string Digits = "D10";

    /// <summary>The name that it is stored under: <c>acme/0000000001/0000000003</c>.</summary>
    public string Path =>
        string.Create(CultureInfo.InvariantCulture, $"{TenantId}/{Incarnation.ToString(Digits, CultureInfo.InvariantCulture)}/{Number.ToString(Digits, CultureInfo.InvariantCulture)}");

    /// <summary>Reads a name from <see cref="Path"/>.</summary>
    /// <returns>Null when it isn't one.</returns>
    public static ReportName? FromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Split('/') is [var tenant, var incarnation, var number]
            && int.TryParse(incarnation, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && new ReportName(tenant, i, n) is var name && name.Path == path
            ? name
            : null;
    }

    /// <inheritdoc/>
    public int CompareTo(ReportName other) =>
        string.CompareOrdinal(TenantId, other.TenantId) is not 0 and var byTenant ? byTenant
        : Incarnation != other.Incarnation ? Incarnation.CompareTo(other.Incarnation)
        : Number.CompareTo(other.Number);

    /// <summary>For messages: <c>acme/1/3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TenantId}/{Incarnation}/{Number}");

    /// <summary>Whether one comes before another.</summary>
    public static bool operator <(ReportName left, ReportName right) => left.CompareTo(right) < 0;

    /// <summary>Whether one comes after another.</summary>
    public static bool operator >(ReportName left, ReportName right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is the other or comes before it.</summary>
    public static bool operator <=(ReportName left, ReportName right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is the other or comes after it.</summary>
    public static bool operator >=(ReportName left, ReportName right) => left.CompareTo(right) >= 0;
}
