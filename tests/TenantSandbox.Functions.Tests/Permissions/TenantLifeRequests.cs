namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>The requests of <see cref="TenantLife"/>.</summary>
internal static class TenantLifeRequests
{
    /// <summary>Every kind of object that a tenant can have.</summary>
    public const string EveryFeature =
        """
        {"tenantId":"acme","revision":1,"tier":"pooled",
         "configMaps":[{"name":"settings","data":{"level":"debug"}}],
         "claims":[{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}},"onOffboard":"retain"}],
         "secretRefs":[{"name":"db","items":{"password":"https://tenants.vault.azure.net/secrets/acme--db"}}],
         "workloads":[
          {"name":"web","image":"registry.example/web:1","cpu":"100m","memory":"256Mi","replicas":{"min":1,"max":2},
           "services":[{"ports":[{"port":80,"targetPort":8080}]}],"ingress":{"from":[{"workload":"db"}]},"expose":{"hosts":["acme.example.com"]},
           "egressAllowList":[{"host":"api.example.com","ports":[{"port":443}]}]},
          {"name":"db","kind":"StatefulSet","image":"registry.example/db:1","cpu":"100m","memory":"256Mi","secretMounts":[{"name":"db","mountPath":"/etc/db"}]},
          {"name":"migrate","kind":"Job","image":"registry.example/migrate:1","cpu":"100m","memory":"256Mi"},
          {"name":"report","kind":"CronJob","image":"registry.example/report:1","cpu":"100m","memory":"256Mi","cronJob":{"schedule":"0 3 1 1 *"}},
          {"name":"disk","identity":{"clientId":"22222222-3333-4444-5555-666666666666"},"podTemplate":{"spec":{
            "containers":[{"name":"disk","image":"registry.example/disk:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
             "envFrom":[{"configMapRef":{"name":"settings"}}],"volumeMounts":[{"name":"data","mountPath":"/data"}]}],
            "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]}}}]}
        """;

    /// <summary>Without almost everything that the other has, so that it is deleted.</summary>
    public const string FewFeatures =
        """
        {"tenantId":"acme","revision":2,"tier":"pooled",
         "claims":[{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}},"onOffboard":"retain"}],
         "workloads":[{"name":"disk","podTemplate":{"spec":{
            "containers":[{"name":"disk","image":"registry.example/disk:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},"volumeMounts":[{"name":"data","mountPath":"/data"}]}],
            "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]}}}]}
        """;
}
