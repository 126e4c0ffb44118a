using System.Globalization;

namespace TenantSandbox.Benchmarks;

/// <summary>One measured figure beside what is to be reached.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Measured">The figure.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="AtMost">The greatest that is good; null for none.</param>
/// <param name="AtLeast">The least that is good; null for none.</param>
internal sealed record Figure(string What, double Measured, string Unit, double? AtMost = null, double? AtLeast = null)
{
    public bool Reached => !(Measured > AtMost) && !(Measured < AtLeast);

    public override string ToString()
    {
        var target = (AtMost, AtLeast) switch
        {
            ({ } most, _) => $"to reach: at most {most:0.##} {Unit}",
            (_, { } least) => $"to reach: at least {least:0.##} {Unit}",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{What,-52} {Measured,10:0.##} {Unit,-10} {target} {(Reached ? "" : "NOT REACHED")}").TrimEnd();
    }
}
