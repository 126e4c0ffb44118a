namespace TenantSandbox.AksTwin.KeyVault;

/// <summary>One version of a secret.</summary>
/// <param name="Version">32 hexadecimal digits.</param>
/// <param name="Value">The value.</param>
/// <param name="Attributes">
/// As Key Vault returns them: <c>enabled</c>, <c>created</c>, <c>updated</c>, and <c>nbf</c> and <c>exp</c> where they are set.
/// </param>
internal sealed record SecretVersion(string Version, string Value, JsonObject Attributes);

/// <summary>A secret of a vault.</summary>
/// <param name="Name">Its name, as it was set first.</param>
/// <param name="Versions">The oldest first.</param>
/// <param name="IsDeleted">Whether it is soft-deleted, so that its versions can't be read.</param>
internal sealed record VaultSecret(string Name, IReadOnlyList<SecretVersion> Versions, bool IsDeleted = false);

/// <summary>An error response of Key Vault.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">The error's code.</param>
/// <param name="message">The error's message.</param>
/// <param name="innerCode">The code of <c>innererror</c>; null for none.</param>
internal sealed class VaultException(int status, string code, string message, string? innerCode = null) : Exception(message)
{
    private const string NotFoundHelp =
        "you may be able to recover it using the correct recovery command. "
        + "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";

    public int Status => status;

    /// <summary>Retry-After header, in seconds.</summary>
    public int? RetryAfter { get; init; }

    public JsonObject Body => JsonTemplate.Fill(innerCode is null
        ? (JsonInterpolationHandler)$$"""{"error":{"code":{{code}},"message":{{Message}} } }"""
        : $$"""{"error":{"code":{{code}},"message":{{Message}},"innererror":{"code":{{innerCode}} } } }""");

    public static VaultException NotFound(string id) => NotFound("Secret", id);

    /// <param name="kind"><c>Secret</c> or <c>Key</c>.</param>
    /// <param name="id">Name, or name and version.</param>
    public static VaultException NotFound(string kind, string id)
    {
        var noun = kind.ToLowerInvariant();
        return new(404, $"{kind}NotFound", $"A {noun} with (name/id) {id} was not found in this key vault. If you recently deleted this {noun} {NotFoundHelp}");
    }

    public static VaultException FromInjectedFault(InjectedFault fault)
    {
        var (code, inner) = fault.Status switch
        {
            403 => ("Forbidden", fault.Code),
            429 => ("Throttled", null),
            _ => (fault.Code, null),
        };
        return new(fault.Status, code, fault.Message ?? $"The request failed with {fault.Code} (injected).", inner) { RetryAfter = fault.RetryAfter };
    }
}
