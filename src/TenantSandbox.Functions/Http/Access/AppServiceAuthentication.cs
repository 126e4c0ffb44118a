namespace TenantSandbox.Functions.Http.Access;

/// <summary>Whether App Service authentication stands before the app.</summary>
internal static class AppServiceAuthentication
{
    /// <summary>Set by the platform, read-only for the app (learn.microsoft.com/azure/app-service/reference-app-settings).</summary>
    public const string Variable = "WEBSITE_AUTH_ENABLED";

    /// <summary>The status that the worker exits with when it refuses to start: EX_CONFIG of sysexits.h.</summary>
    public const int ExitCode = 78;

    /// <returns>Null if the app may start, or why not: without App Service authentication everyone could send its header.</returns>
    public static string? Defect(bool isEntra, Func<string, string?> environment) =>
        !isEntra || "true".Equals(environment(Variable), StringComparison.OrdinalIgnoreCase)
            ? null
            : $"This build (HttpAuthentication=entra) takes callers from App Service authentication, and {Variable} isn't true. "
              + "Turn App Service authentication on (infra/app/function-app.bicep does), or deploy the build with HttpAuthentication=keys.";
}
