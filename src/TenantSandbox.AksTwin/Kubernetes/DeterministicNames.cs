using System.Security.Cryptography;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Derives names, ids and addresses from a hash of their source, so that the same seed and calls give the same ones.</summary>
internal static class DeterministicNames
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A suffix for generated names and template hashes, in the alphabet of Kubernetes: no vowels, so no words.</summary>
    public static string Suffix(string source, int length) =>
        string.Concat(Hash(source).Take(length).Select(b => Alphabet[b % Alphabet.Length]));

    public static string Uid(string source) => new Guid(Hash(source).AsSpan(0, 16)).ToString();

    public static string Hex(string source) => Convert.ToHexStringLower(Hash(source).AsSpan(0, 8));

    /// <summary>An IPv4 address whose first two bytes are given.</summary>
    public static string Address(string network, string source) => $"{network}.{Hash(source)[0]}.{Hash(source)[1]}";

    private static byte[] Hash(string source) => SHA256.HashData(Encoding.UTF8.GetBytes(source));
}
