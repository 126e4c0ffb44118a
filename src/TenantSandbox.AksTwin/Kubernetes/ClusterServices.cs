using System.Net;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The Services that every cluster has: those of its API server, with the Endpoints that it maintains itself, and of its DNS.</summary>
internal static class ClusterServices
{
    /// <summary>The namespace of the cluster's DNS.</summary>
    public const string DnsNamespace = "kube-system";

    private const string Namespace = "default";
    private const string Name = "kubernetes";

    /// <summary>Creates what is missing. As on AKS, the Endpoints have the API server's public address.</summary>
    public static void Install(Cluster cluster)
    {
        if (cluster.Store.Find(Kinds.Services, Namespace, Name) is null)
        {
            cluster.Registry.Create(Kinds.Services, Namespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":{{Name}},"labels":{"component":"apiserver","provider":"kubernetes"} },
                "spec":{"type":"ClusterIP","clusterIP":{{ApiServerAddress(cluster)}},"ports":[{"name":"https","port":443,"protocol":"TCP","targetPort":443}]} }
                """));
        }

        if (cluster.Store.Find(Kinds.Endpoints, Namespace, Name) is null)
        {
            cluster.Registry.Create(Kinds.Endpoints, Namespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":{{Name}},"labels":{"endpointslice.kubernetes.io/skip-mirror":"true"} },
                "subsets":[{"addresses":[{"ip":{{cluster.Context.Cluster.ApiServerAddress}} }],"ports":[{"name":"https","port":443,"protocol":"TCP"}] }]}
                """));
        }

        if (cluster.Store.Find(Kinds.Services, DnsNamespace, "kube-dns") is null)
        {
            cluster.Registry.Create(Kinds.Services, DnsNamespace, JsonTemplate.Fill($$"""
                {"metadata":{"name":"kube-dns","labels":{"k8s-app":"kube-dns","kubernetes.io/cluster-service":"true","kubernetes.io/name":"CoreDNS"} },
                "spec":{"type":"ClusterIP","clusterIP":{{DnsAddress(cluster)}},"selector":{"k8s-app":"kube-dns"},
                    "ports":[{"name":"dns","port":53,"protocol":"UDP","targetPort":53},{"name":"dns-tcp","port":53,"protocol":"TCP","targetPort":53}]} }
                """));
        }
    }

    /// <summary>The first address of the range of Services, which Kubernetes gives the API server.</summary>
    public static string ApiServerAddress(Cluster cluster) => AddressOf(cluster, 1);

    /// <summary>The tenth address, which AKS gives the DNS by default.</summary>
    public static string DnsAddress(Cluster cluster) => AddressOf(cluster, 10);

    private static string AddressOf(Cluster cluster, byte host)
    {
        var bytes = IPNetwork.Parse(cluster.Context.Cluster.ServiceCidr).BaseAddress.GetAddressBytes();
        bytes[^1] += host;
        return new IPAddress(bytes).ToString();
    }
}
