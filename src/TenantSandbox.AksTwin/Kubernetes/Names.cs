using System.Security.Cryptography;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Names and ids that follow from what they are made for, so that the same seed and calls give the same ones.</summary>
internal static class Names
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Letters as Kubernetes picks them for generated names and template hashes: no vowels, no words.</summary>
    public static string Suffix(string of, int length) =>
        string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(of)).Take(length).Select(b => Alphabet[b % Alphabet.Length]));

    public static string Uid(string of) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 16)).ToString();

    public static string Hex(string of) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 8));
}
