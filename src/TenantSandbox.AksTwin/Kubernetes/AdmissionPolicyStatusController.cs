namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Reports that a ValidatingAdmissionPolicy has been type-checked. The twin finds no type to warn of.</summary>
internal sealed class AdmissionPolicyStatusController(Cluster cluster) : IController
{
    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is { } policy)
        {
            cluster.Registry.Modify(policy, json => json["status"] = JsonTemplate.Fill($$"""
                {"observedGeneration":{{json.GetInteger("metadata", "generation")}},"typeChecking":{} }
                """));
        }
    }
}
