using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Workloads with pod templates, read from requests as the doors read them.</summary>
internal static class Templates
{
    /// <summary>A container, an init container, a sidecar, and most kinds of fields.</summary>
    public const string Shop =
        """
        { "metadata": { "labels": { "app.kubernetes.io/name": "shop" }, "annotations": { "prometheus.io/scrape": "true" } },
          "spec": {
            "terminationGracePeriodSeconds": 60,
            "securityContext": { "fsGroup": 2000, "runAsUser": 1000 },
            "initContainers": [
              { "name": "migrate", "image": "registry.example/migrate:1", "args": [ "up" ],
                "resources": { "limits": { "cpu": "100m", "memory": "64Mi" } } },
              { "name": "proxy", "image": "registry.example/proxy:1", "restartPolicy": "Always", "ports": [ { "name": "proxy", "containerPort": 9000 } ],
                "startupProbe": { "grpc": { "port": 9000 } }, "resources": { "limits": { "cpu": "100m", "memory": "64Mi" } } } ],
            "containers": [
              { "name": "shop", "image": "registry.example/shop:1", "ports": [ { "name": "http", "containerPort": 8080 } ],
                "env": [ { "name": "POD", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } }, { "name": "EMPTY", "value": "" } ],
                "resources": { "limits": { "cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi" }, "requests": { "cpu": "50m" } },
                "livenessProbe": { "httpGet": { "path": "/live", "port": "http" }, "initialDelaySeconds": 0, "failureThreshold": 5 },
                "lifecycle": { "preStop": { "sleep": { "seconds": 5 } } },
                "securityContext": { "capabilities": { "add": [ "NET_BIND_SERVICE" ] } }, "tty": false,
                "volumeMounts": [ { "name": "cache", "mountPath": "/cache", "readOnly": false }, { "name": "tmp", "mountPath": "/tmp" } ] } ],
            "topologySpreadConstraints": [ { "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
              "labelSelector": { "matchLabels": { "app.kubernetes.io/name": "shop" } } } ],
            "volumes": [ { "name": "cache", "emptyDir": { "sizeLimit": "1Gi" } }, { "name": "tmp", "emptyDir": {} } ] } }
        """;

    /// <summary>The workload of a template; fails when it is refused.</summary>
    public static WorkloadSpec Workload(string template, string name = "shop", InstallationRules? rules = null)
    {
        var result = Parse(template, name, rules);
        Assert.Empty(result.Faults);
        return result.Spec!.Workloads[0];
    }

    public static RequestParseResult Parse(string template, string name = "shop", InstallationRules? rules = null)
    {
        var request = new JsonObject
        {
            ["tenantId"] = "acme",
            ["revision"] = 1,
            ["tier"] = "pooled",
            ["secretRefs"] = JsonNode.Parse(
                """
                [ { "name": "db", "items": {
                      "password": "https://tenants.vault.azure.net/secrets/acme--db",
                      "user": "https://tenants.vault.azure.net/secrets/acme--user" } },
                  { "name": "pull", "type": "kubernetes.io/dockerconfigjson",
                    "items": { ".dockerconfigjson": "https://tenants.vault.azure.net/secrets/acme--pull" } } ]
                """),
            ["workloads"] = new JsonArray(new JsonObject { ["name"] = name, ["podTemplate"] = JsonNode.Parse(template) }),
        };
        rules = (rules ?? InstallationRules.Default) with { Secrets = SecretAssignments.Unchecked, Identities = IdentityAssignments.Unchecked };
        return TenantRequestParser.Parse(Encoding.UTF8.GetBytes(request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules);
    }
}
