using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A container that runs the probe program, told by the environment variable with its request.</summary>
internal static class ProbeContainer
{
    /// <summary>The exit code of the program for a request that it can't read.</summary>
    public const int InvalidRequest = 64;

    /// <summary>The variable's value; null for any other container.</summary>
    public static string? FindVariable(JsonObject container) =>
        container.GetObjects("env").FirstOrDefault(e => e.GetString("name") == ProbeRequest.EnvironmentVariable).GetString("value");

    /// <summary>Reads the request.</summary>
    /// <param name="variable">The variable's value.</param>
    /// <param name="error">What the program prints about a request that it can't read.</param>
    public static ProbeRequest? Read(string variable, out string? error)
    {
        try
        {
            error = null;
            return ProbeRequestReader.Read(variable);
        }
        catch (FormatException e)
        {
            error = $"tenantsandbox-probe: {e.Message}";
            return null;
        }
    }

    /// <summary>How the program ends; null for a container that isn't a probe.</summary>
    public static ContainerExit? FindExit(JsonObject container) => FindVariable(container) is not { } variable ? null
        : ContainerExit.FromCode(Read(variable, out _) is null ? InvalidRequest : 0);
}
