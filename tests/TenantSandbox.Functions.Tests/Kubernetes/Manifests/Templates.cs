using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
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

    /// <summary>The properties of a request with a ConfigMap <c>settings</c>, a claim <c>data</c>, and Secrets <c>db</c> and <c>pull</c>.</summary>
    public const string Declarations =
        """
        {"configMaps":[{"name":"settings","data":{"level":"debug"}}],
         "secretRefs":[
           {"name":"db","rollout":true,"items":{
             "password":"https://tenants.vault.azure.net/secrets/acme--db","user":"https://tenants.vault.azure.net/secrets/acme--user"}},
           {"name":"pull","type":"kubernetes.io/dockerconfigjson","items":{".dockerconfigjson":"https://tenants.vault.azure.net/secrets/acme--pull"}}],
         "claims":[{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}},"onOffboard":"retain"}]}
        """;

    /// <summary>Settings that allow everything in the network, and identities.</summary>
    public static readonly TenantSandboxOptions Installation = CreateInstallation();

    /// <summary>What an installation allows that has claims, everything in the network, and secrets and identities for all.</summary>
    public static readonly InstallationRules Rules = Installation.ToRules() with
    {
        Secrets = SecretAssignments.Unchecked,
        Identities = IdentityAssignments.Unchecked,
        StorageClasses = [new("managed-csi", ["ReadWriteOnce"], 1024 * 1024, 1024 * 1024, AllowRetain: true)],
    };

    /// <summary>A workload as a request has it; fails when it is refused.</summary>
    public static WorkloadSpec Read(string workload, InstallationRules? rules = null)
    {
        var result = ParseWorkload(workload, rules);
        Assert.Empty(result.Faults);
        return result.Spec!.Workloads[0];
    }

    public static RequestParseResult Parse(string template, string name = "shop", InstallationRules? rules = null) =>
        ParseWorkload($$"""{"name":"{{name}}","podTemplate":{{template}}}""", rules);

    /// <summary>A request with a template and everything that it can refer to.</summary>
    public static RequestParseResult ParseWithVolumes(string template) => ParseWorkload($$"""{"name":"shop","podTemplate":{{template}}}""", Rules, Declarations);

    /// <summary>Parses a request with one workload.</summary>
    /// <param name="workload">The workload's JSON.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="properties">Further properties of the request.</param>
    public static RequestParseResult ParseWorkload(string workload, InstallationRules? rules = null, string properties = "{}")
    {
        var request = new JsonObject
        {
            ["tenantId"] = "acme",
            ["revision"] = 1,
            ["tier"] = "pooled",
            ["workloads"] = new JsonArray(JsonNode.Parse(workload)),
        };
        foreach (var (property, value) in JsonNode.Parse(properties)!.AsObject())
        {
            request[property] = value!.DeepClone();
        }

        return TenantRequestParser.Parse(Encoding.UTF8.GetBytes(request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules);
    }

    private static TenantSandboxOptions CreateInstallation()
    {
        var options = NetworkGen.Options;
        options.Identity.TenantId = "33333333-4444-5555-6666-777777777777";
        return options;
    }
}
