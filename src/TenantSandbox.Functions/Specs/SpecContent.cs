using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Specs;

/// <summary>Verifies what a store returned.</summary>
internal static class SpecContent
{
    /// <param name="hash">The hash that was asked for.</param>
    /// <param name="stored">What is stored under it; null for nothing.</param>
    /// <param name="place">The store, for messages.</param>
    /// <exception cref="NotFoundException">Nothing, or something else, is stored there.</exception>
    public static TenantSpec Verify(string hash, byte[]? stored, string place)
    {
        if (stored is null)
        {
            throw new NotFoundException(
                "SpecUnknown", $"spec {hash} is not in {place}. Send the tenant's request again with a higher revision, or restore the spec from a backup");
        }

        var actual = SpecJson.Hash(stored);
        return actual == hash && SpecJson.Read(stored) is { } spec
            ? spec
            : throw new NotFoundException(
                "SpecUnknown", $"what {place} has as spec {hash} has the hash {actual}: it was changed. Restore it, or send the tenant's request again with a higher revision");
    }

    /// <exception cref="InvalidException">It is not a hash, so it must not become a file or blob name.</exception>
    public static string RequireHash(string hash) =>
        SpecJson.IsHash(hash) ? hash : throw new InvalidException("SpecHashInvalid", $"'{hash}' is not a spec's hash: 64 lower-case hexadecimal digits");
}
