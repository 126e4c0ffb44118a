namespace TenantSandbox.AksTwin;

/// <summary>Writes kubeconfig files for the twin's clusters.</summary>
internal static class Kubeconfig
{
    // The Entra application of every AKS cluster's API server, the same in all clouds (kubelogin's documentation).
    private const string ServerApp = "6dae42f8-4368-4678-94ff-3960e28e3630";

    /// <summary>For kubectl, with a bearer token that names the user of AKS's administrator certificate.</summary>
    public static string WithToken(TwinHost twin, string cluster) => Write(twin, cluster, "{ token: masterclient }");

    /// <summary>As listClusterUserCredential returns it: server, CA and how to obtain an Entra token, but no credential.</summary>
    public static string ForEntra(TwinHost twin, string cluster, bool exec) => Write(twin, cluster, exec
        ? $$"""
            { exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, provideClusterInfo: false,
                args: [get-token, --environment, AzurePublicCloud, --server-id, {{ServerApp}}, --login, devicecode] } }
            """
        : $$"""{ auth-provider: { name: azure, config: { apiserver-id: {{ServerApp}}, environment: AzurePublicCloud } } }""");

    private static string Write(TwinHost twin, string cluster, string user)
    {
        var server = twin.KubernetesEndpoint(cluster).GetLeftPart(UriPartial.Authority);
        var authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(twin.CertificateAuthorityPem));
        return $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: {{cluster}}, cluster: { server: "{{server}}", certificate-authority-data: {{authority}} } }]
            contexts: [{ name: {{cluster}}, context: { cluster: {{cluster}}, user: clusterUser_{{cluster}} } }]
            current-context: {{cluster}}
            users: [{ name: clusterUser_{{cluster}}, user: {{user}} }]

            """;
    }
}
