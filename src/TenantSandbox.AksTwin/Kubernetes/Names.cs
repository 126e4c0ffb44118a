using System.Security.Cryptography;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Names, ids and addresses that follow from what they are made for: the same seed and calls give the same ones.</summary>
internal static class Names
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Letters as Kubernetes picks them for generated names and template hashes: no vowels, no words.</summary>
    public static string Suffix(string of, int length) => string.Concat(Hash(of).Take(length).Select(b => Alphabet[b % Alphabet.Length]));

    public static string Uid(string of) => new Guid(Hash(of).AsSpan(0, 16)).ToString();

    public static string Hex(string of) => Convert.ToHexStringLower(Hash(of).AsSpan(0, 8));

    /// <summary>An IPv4 address whose first two bytes are given.</summary>
    public static string Address(string network, string of) => $"{network}.{Hash(of)[0]}.{Hash(of)[1]}";

    private static byte[] Hash(string of) => SHA256.HashData(Encoding.UTF8.GetBytes(of));
}
