using Microsoft.Extensions.Configuration;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Configuration;

/// <summary>What an installation's settings allow in requests.</summary>
internal static class InstallationSettings
{
    /// <param name="options">All settings of the app, validated.</param>
    /// <param name="configuration">All settings, in which the app's own vaults and identities are looked for.</param>
    public static InstallationRules ToRules(this TenantSandboxOptions options, IConfiguration configuration) => options.ToRules() with
    {
        Secrets = new(options.Secrets.ToRules(), OwnResources.Vaults(options, configuration)),
        Identities = new(options.Identity.ToRules(), OwnResources.ClientIds(options, configuration)),
    };
}
