using System.Text;
using System.Text.Json;
using CsCheck;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Core.Tests.Isolation.Evidence;

/// <summary>The examples of RFC 8785, and what follows from it. CsCheck prints the seed of a failing case.</summary>
public sealed class JsonCanonicalizationTests
{
    [Fact]
    public void Canonicalize_ExampleOfSection322_IsThatOfTheRfc() => Assert.Equal(
        """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
        Canonicalize(
            """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """));

    [Fact]
    public void Canonicalize_ExampleOfSection323_IsSortedByUtf16() => Assert.Equal(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        + "\"\U0001F600\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}",
        Canonicalize(
            """
            {
              "\u20ac": "Euro Sign",
              "\r": "Carriage Return",
              "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face",
              "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """));

    /// <summary>RFC 8785, appendix B: the bits of a double and its text.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Canonicalize_NumbersOfAppendixB_AreThoseOfTheRfc(ulong bits, string expected)
    {
        var value = BitConverter.UInt64BitsToDouble(bits);

        Assert.Equal(expected, Canonicalize(JsonSerializer.Serialize(value)));
    }

    [Fact]
    public void Canonicalize_AnyNumber_IsReadAsTheSameNumber() =>
        Gen.Double.Where(double.IsFinite).Sample(value => Assert.Equal(value == 0 ? 0 : value, double.Parse(
            Canonicalize(JsonSerializer.Serialize(value)), System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("""{"a":1,"b":2,"a":1}""", "appears twice")]
    [InlineData("""[1e400]""", "beyond the range")]
    [InlineData("""["\ud800"]""", "unpaired")]
    [InlineData("""{"\ud800":1}""", "unpaired")]
    public void Canonicalize_NoCanonicalForm_IsRefused(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<JsonException>(() => Canonicalize(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Canonicalize_AnyText_EscapesOnlyWhatJsonDemandsAndIsStable() => Gen.String[Gen.Char['\0', '\u2FFF'], 0, 30].Sample(text =>
    {
        var canonical = Canonicalize(JsonSerializer.Serialize(text));

        Assert.Equal(canonical, Canonicalize(canonical));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(canonical));
        Assert.DoesNotContain(canonical, c => c < ' ');
        Assert.Equal(text.Count(c => c < ' ' || c is '"' or '\\'), Escapes(canonical));
    });

    private static int Escapes(string json)
    {
        var count = 0;
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == '\\')
            {
                count++;
                i++;
            }
        }

        return count;
    }

    private static string Canonicalize(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(JsonCanonicalization.Canonicalize(document.RootElement));
    }
}
