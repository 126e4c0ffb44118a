namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The Service <c>kubernetes</c> and its Endpoints, which an API server maintains itself.</summary>
internal static class ApiServerService
{
    private const string Namespace = "default";
    private const string Name = "kubernetes";

    /// <summary>Creates what is missing. As on AKS, the Endpoints have the API server's public address.</summary>
    public static void Install(Cluster cluster)
    {
        var ports = JsonTemplate.Parse("""{"ports":[{"name":"https","port":443,"protocol":"TCP"}]}""")["ports"];
        var labels = JsonTemplate.Parse("""{"component":"apiserver","provider":"kubernetes"}""");
        if (cluster.Store.Find(Kinds.Services, Namespace, Name) is null)
        {
            cluster.Registry.Create(Kinds.Services, Namespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":{{Name}},"labels":{{labels}} },
                "spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","ports":[{"name":"https","port":443,"protocol":"TCP","targetPort":443}]} }
                """));
        }

        if (cluster.Store.Find(Kinds.Endpoints, Namespace, Name) is null)
        {
            cluster.Registry.Create(Kinds.Endpoints, Namespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":{{Name}},"labels":{"endpointslice.kubernetes.io/skip-mirror":"true"} },
                "subsets":[{"addresses":[{"ip":{{cluster.Context.Cluster.ApiServerAddress}} }],"ports":{{ports}} }]}
                """));
        }
    }
}
