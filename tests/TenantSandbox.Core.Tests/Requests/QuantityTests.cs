using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CsCheck;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1_000)]
    [InlineData("250m", 250)]
    [InlineData("0.5", 500)]
    [InlineData(".5", 500)]
    [InlineData("5.", 5_000)]
    [InlineData("+2", 2_000)]
    [InlineData("-1500m", -1_500)]
    [InlineData("1e3", 1_000_000)]
    [InlineData("1E3", 1_000_000)]
    [InlineData("15e-1", 1_500)]
    [InlineData("1E+0", 1_000)]
    [InlineData("2k", 2_000_000)]
    [InlineData("1n", 1)]
    [InlineData("1001u", 2)]
    [InlineData("0.0001n", 1)]
    [InlineData("1e-999999999999", 1)]
    [InlineData("0e999999999999", 0)]
    public void TryParse_Text_HasItsValueInThousandthsRoundedUp(string text, long millis)
    {
        Assert.True(Quantity.TryParse(text, out var quantity));
        Assert.Equal(millis, quantity.Millis);
    }

    [Theory]
    [InlineData("128974848", 128_974_848, 123)]
    [InlineData("129e6", 129_000_000, 124)]
    [InlineData("129M", 129_000_000, 124)]
    [InlineData("128974848000m", 128_974_848, 123)]
    [InlineData("123Mi", 128_974_848, 123)]
    [InlineData("1.5Gi", 1_610_612_736, 1_536)]
    [InlineData("0.5Gi", 536_870_912, 512)]
    [InlineData("1Ki", 1_024, 1)]
    [InlineData("1", 1, 1)]
    [InlineData("1G", 1_000_000_000, 954)]
    [InlineData("2Ti", 2_199_023_255_552, 2_097_152)]
    [InlineData("1E", 1_000_000_000_000_000_000, 953_674_316_407)]
    [InlineData("7Ei", 8_070_450_532_247_928_832, 7_696_581_394_432)]
    [InlineData("8Ei", long.MaxValue, 8_796_093_022_208)]
    [InlineData("1e400", long.MaxValue, 8_796_093_022_208)]
    public void TryParse_Bytes_HasItsValueInBytesAndMiBRoundedUp(string text, long bytes, long mebibytes)
    {
        Assert.True(Quantity.TryParse(text, out var quantity));
        Assert.Equal((bytes, mebibytes), (quantity.Units, quantity.MiB));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("Mi")]
    [InlineData("1K")]
    [InlineData("1mi")]
    [InlineData("1MB")]
    [InlineData("1e")]
    [InlineData("1e3Mi")]
    [InlineData("1e1.5")]
    [InlineData("--1")]
    [InlineData("1 Mi")]
    [InlineData("1,5")]
    [InlineData("1\n")]
    [InlineData("٣")]
    public void TryParse_NoQuantity_IsFalse(string? text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyDecimalWithAnySuffix_EqualsItsExactValue()
    {
        (string Suffix, BigInteger Nanos)[] units =
        [
            ("n", 1), ("u", 1_000), ("m", 1_000_000), ("", 1_000_000_000), ("k", BigInteger.Pow(10, 12)), ("M", BigInteger.Pow(10, 15)),
            ("Ki", 1_000_000_000 * BigInteger.Pow(2, 10)), ("Mi", 1_000_000_000 * BigInteger.Pow(2, 20)), ("Gi", 1_000_000_000 * BigInteger.Pow(2, 30)),
        ];
        Gen.Select(Gen.Int[0, 999_999], Gen.Int[0, 999], Gen.OneOfConst(units)).Sample((whole, thousandths, unit) =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{whole}.{thousandths:000}{unit.Suffix}");
            var exact = ((((BigInteger)whole * 1000) + thousandths) * unit.Nanos) + 999;
            return Quantity.TryParse(text, out var quantity) && (BigInteger)quantity.Nanos == exact / 1000;
        });
    }

    [Theory]
    [InlineData("cpu", "500", "Too large: must be from 10m to 64. A number without a suffix is in cores; thousandths of a core are \"m\".")]
    [InlineData("cpu", "\"5m\"", "Too small: must be from 10m to 64.")]
    [InlineData("memory", "512", "Too small: must be from 128Mi (the minimum for a kata guest) to 512Gi. A number without a suffix is in bytes; mebibytes are \"Mi\".")]
    [InlineData("memory", "\"512m\"", "Too small: must be from 128Mi (the minimum for a kata guest) to 512Gi. The suffix \"m\" means thousandths; mebibytes are \"Mi\".")]
    [InlineData("memory", "\"127Mi\"", "Too small: must be from 128Mi (the minimum for a kata guest) to 512Gi.")]
    [InlineData("memory", "\"512MB\"", "Must be a memory quantity, like \"512Mi\", \"1.5Gi\", \"2G\" or a number of bytes.")]
    public void Parse_WrongQuantity_SaysWhatIsExpected(string property, string value, string detail)
    {
        var text = RequestCase.Minimal.Replace(property == "cpu" ? "\"250m\"" : "\"512Mi\"", value, StringComparison.Ordinal);
        var fault = Assert.Single(TenantRequestParser.Parse(Encoding.UTF8.GetBytes(text), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch).Faults);
        Assert.Equal(detail, fault.Detail);
    }

    [Theory]
    [InlineData("100Mi", 100)]
    [InlineData("1k", 1)]
    [InlineData("11Gi", null)]
    public void ReadStorageMiB_Text_IsWithinItsBounds(string text, int? expected)
    {
        var faults = new ValidationFaultList();
        Assert.Equal(expected, Quantities.ReadStorageMiB(JsonSerializer.SerializeToElement(text), "/x", faults, 0, 10 * 1024));
        Assert.Equal(expected is null ? "Too large: must be from 0Mi to 10Gi." : null, faults.ToList().SingleOrDefault()?.Detail);
    }
}
