using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of Secrets.</summary>
internal static class ConfigurationDefaults
{
    public static readonly Action<JsonObject> Secret = ForParts(
        ("", Always("""{"type":"Opaque"}""")),
        ("", MoveStringData));

    /// <summary>stringData is write-only: it is encoded into data.</summary>
    private static void MoveStringData(JsonObject secret)
    {
        foreach (var (key, value) in secret.GetStringMap("stringData"))
        {
            secret.EnsureObject("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        }

        secret.Remove("stringData");
    }
}
