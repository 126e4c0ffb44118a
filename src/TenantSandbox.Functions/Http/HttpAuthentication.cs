using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Functions.Http;

/// <summary>
/// How callers of the HTTP API are known, chosen when the app is built (<c>-p:HttpAuthentication=keys|entra</c>), since the level of a trigger is a constant.
/// </summary>
internal static class HttpAuthentication
{
    /// <summary>The level of every HTTP function but the health check: with Microsoft Entra ID, App Service has authenticated the caller before.</summary>
#if ENTRA
    public const AuthorizationLevel Level = AuthorizationLevel.Anonymous;
#else
    public const AuthorizationLevel Level = AuthorizationLevel.Function;
#endif

    /// <summary>Whether callers are principals of Microsoft Entra ID rather than holders of a function key.</summary>
    public static bool IsEntra => Level == AuthorizationLevel.Anonymous;
}
