namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Maintains the Endpoints of Services, and the addresses of those of type LoadBalancer, as AKS's cloud provider does.</summary>
internal sealed class ServiceController(Cluster cluster) : IController
{
    private const string InternalAnnotation = "service.beta.kubernetes.io/azure-load-balancer-internal";

    private readonly EndpointsController _endpoints = new(cluster);

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        _endpoints.Reconcile(key);
        if (cluster.Store.Find(key) is not { IsTerminating: false } service)
        {
            return;
        }

        cluster.Registry.Modify(service, json => json.EnsureObject("status")["loadBalancer"] = AddressOf(service) is { } address
            ? JsonTemplate.Fill($$"""{"ingress":[{"ip":{{address}},"ipMode":"VIP"}]}""")
            : []);
    }

    private static string? AddressOf(StoredObject service) => service.Json.GetString("spec", "type") != "LoadBalancer"
        ? null
        : DeterministicNames.Address(service.Json.GetString("metadata", "annotations", InternalAnnotation) == "true" ? "10.225" : "20.102", $"{service.Key}");
}
