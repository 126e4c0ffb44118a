namespace TenantSandbox.AksTwin.Tests;

/// <summary>Kubernetes manifests that tests send.</summary>
internal static class Manifests
{
    public const string Limits = """{"limits":{"cpu":"100m","memory":"64Mi"},"requests":{"cpu":"100m","memory":"64Mi"}}""";

    public static string Pod(string name, string image = "registry.k8s.io/pause:3.9", string extra = "", string resources = Limits) => $$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","labels":{"app":"{{name}}"} },"spec":{ {{extra}}
        "tolerations":[{"key":"sandbox","operator":"Exists"}],"containers":[{"name":"c","image":"{{image}}","resources":{{resources}} }] } }
        """;

    public static string Deployment(string name, int replicas = 2, string image = "registry.k8s.io/pause:3.9", string extra = "", string more = "") => $$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}" },"spec":{"replicas":{{replicas}}, {{more}}
        "selector":{"matchLabels":{"app":"{{name}}"} },"template":{"metadata":{"labels":{"app":"{{name}}"} },
        "spec":{ {{extra}} "tolerations":[{"key":"sandbox","operator":"Exists"}],"containers":[{"name":"c","image":"{{image}}","resources":{{Limits}} }] } } } }
        """;

    /// <param name="more">Further fields of the spec.</param>
    /// <param name="claims">Names of claim templates of 1Gi.</param>
    public static string StatefulSet(string name, int replicas = 2, string image = "server", string more = "", params string[] claims) => $$"""
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"{{name}}"},"spec":{"replicas":{{replicas}},"serviceName":"{{name}}", {{more}}
        "selector":{"matchLabels":{"app":"{{name}}"} },"template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"tolerations":[{"key":"sandbox","operator":"Exists"}],
        "containers":[{"name":"c","image":"{{image}}","resources":{{Limits}} }] } },
        "volumeClaimTemplates":[{{string.Join(',', claims.Select(c => $$"""{"metadata":{"name":"{{c}}"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }"""))}}] } }
        """;

    public static string Claim(string name, string storage = "1Gi", string more = "") => $$"""
        {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"{{name}}"},"spec":{ {{more}} "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"{{storage}}"} } } }
        """;

    public static string Volume(string name, string more = "") => $$"""
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{name}}"},"spec":{ {{more}} "capacity":{"storage":"2Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/v"} } }
        """;

    public static string Mount(string claim) => $$"""
        "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"{{claim}}"} }],
        """;

    public static string Job(string name, string image = "endless", string more = "", string policy = "Never") => $$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}"},"spec":{{JobSpec(name, image, more, policy)}} }
        """;

    public static string CronJob(string name, string image = "job", string more = "", string schedule = "*/5 * * * *") => $$"""
        {"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"{{name}}"},"spec":{ {{more}} "schedule":"{{schedule}}","jobTemplate":{"spec":{{JobSpec(name, image)}} } } }
        """;

    private static string JobSpec(string name, string image, string more = "", string policy = "Never") => $$"""
        { {{more}} "template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"restartPolicy":"{{policy}}","tolerations":[{"key":"sandbox","operator":"Exists"}],
        "containers":[{"name":"c","image":"{{image}}","resources":{{Limits}} }] } } }
        """;

    public static string ConfigMap(string name, string data = """{"a":"1"}""", string metadata = "") =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{ {{metadata}} "name":"{{name}}"},"data":{{data}} }""";

    public static string RuntimeClass(string name) => $$$"""
        {"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"{{{name}}}" },"handler":"kata","overhead":{"podFixed":{"memory":"128Mi","cpu":"10m"}},
        "scheduling":{"nodeSelector":{"{{{KubernetesServer.KataLabel}}}":"true"},"tolerations":[{"key":"sandbox","operator":"Equal","value":"kata","effect":"NoSchedule"},{"key":"dedicated","operator":"Exists"}]}}
        """;
}
