using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Azure.KeyVault;

/// <summary>
/// A secret's value with the version that it is of. Not a record, and never a part of one: the value must not be printed or serialized.
/// </summary>
internal sealed class SecretReading(SecretUri resolved, string value)
{
    /// <summary>The secret with the version that was read.</summary>
    public SecretUri Resolved { get; } = resolved;

    /// <summary>The value.</summary>
    public string Value { get; } = value;
}
