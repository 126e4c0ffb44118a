using TenantSandbox.Infrastructure.Tests.Bicep;

namespace TenantSandbox.Infrastructure.Tests.Settings;

/// <summary>The app settings of the compiled template.</summary>
internal static class AppSettings
{
    /// <summary>Names and values for a shape, as a new copy; what only Azure knows is replaced by examples.</summary>
    public static Dictionary<string, string> Of(Deployments deployments, string shape) => deployments.Resources(shape)
        .Single(r => r.Type == "Microsoft.Web/sites/config" && r.Name.EndsWith("/appsettings", StringComparison.Ordinal))
        .Find("properties")!.AsObject().ToDictionary(s => s.Key, s => Expressions.Evaluate((string)s.Value!));
}
