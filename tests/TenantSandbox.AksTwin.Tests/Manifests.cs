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

    public static string ConfigMap(string name, string data = """{"a":"1"}""", string metadata = "") =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{ {{metadata}} "name":"{{name}}"},"data":{{data}} }""";

    public static string RuntimeClass(string name) => $$$"""
        {"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"{{{name}}}" },"handler":"kata","overhead":{"podFixed":{"memory":"128Mi","cpu":"10m"}},
        "scheduling":{"nodeSelector":{"{{{KubernetesServer.KataLabel}}}":"true"},"tolerations":[{"key":"sandbox","operator":"Equal","value":"kata","effect":"NoSchedule"},{"key":"dedicated","operator":"Exists"}]}}
        """;
}
