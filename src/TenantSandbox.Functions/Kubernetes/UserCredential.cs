using Azure.Core;
using k8s;
using k8s.KubeConfigModels;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads the kubeconfig that ARM returns as a cluster's user credential.</summary>
internal static class UserCredential
{
    /// <summary>
    /// Takes the server and its authority from the kubeconfig. On a cluster with Microsoft Entra ID the kubeconfig names kubelogin,
    /// which the app doesn't have: tokens then come from <paramref name="credential"/>. On other clusters the kubeconfig contains
    /// a secret, which is used.
    /// </summary>
    public static async Task<KubernetesClientConfiguration> ReadAsync(byte[] kubeconfig, TokenCredential credential, TimeProvider time)
    {
        using var stream = new MemoryStream(kubeconfig);
        var parsed = await KubernetesClientConfiguration.LoadKubeConfigAsync(stream);
        if (!NeedsEntra(parsed))
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(parsed);
        }

        // Without a user the client uses only the server and its authority, and doesn't run kubelogin.
        foreach (var context in parsed.Contexts)
        {
            context.ContextDetails.User = null;
        }

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(parsed);
        configuration.TokenProvider = new EntraTokenProvider(credential, time);
        return configuration;
    }

    private static bool NeedsEntra(K8SConfiguration kubeconfig)
    {
        var context = kubeconfig.Contexts.FirstOrDefault(c => c.Name == kubeconfig.CurrentContext);
        var user = kubeconfig.Users.FirstOrDefault(u => u.Name == context?.ContextDetails.User)?.UserCredentials;
        return user is { Token: null or "", ClientCertificateData: null or "" };
    }
}
