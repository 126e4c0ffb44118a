using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Invalid input gets an API error, never a 5xx, and doesn't change state.</summary>
public sealed class KubernetesFuzzTests
{
    private static readonly string[] Verbs = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    private static readonly string[] Types =
        ["application/json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/json-patch+json", "text/plain"];

    [Fact]
    public async Task Requests_1000Invalid_AreRejectedAndChangeNothing()
    {
        const int Seed = 20261124;
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 1));
        var before = await StateAsync(api);
        var random = new Random(Seed);
        for (var i = 0; i < 1000; i++)
        {
            var (verb, path, body, type) = InvalidRequest(random, ns);
            var reply = await api.SendAsync(verb, path, body, type);
            var description = $"request {i.ToString(CultureInfo.InvariantCulture)} of seed {Seed}: {verb} {path} {type} {body[..Math.Min(body.Length, 200)]} returned {reply.Status} {reply.Text}";
            Assert.True(reply.Status is >= 200 and < 500, description);
            Assert.True(reply.Status < 300 || verb == "HEAD" || reply.Body.GetString("kind") == "Status", description);
        }

        Assert.Equal(before, await StateAsync(api));
    }

    /// <summary>Well-formed objects with odd values are rejected or stored, and the twin keeps working.</summary>
    [Fact]
    public async Task Objects_1000WithOddValues_AreRejectedOrStored()
    {
        const int Seed = 20261126;
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var random = new Random(Seed);
        for (var i = 0; i < 1000; i++)
        {
            var (path, original) = ValidObject(random.Next(17), $"n{i}", ns);
            var body = JsonNode.Parse(original)!;
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                Distort(body["spec"] ?? body, random);
            }

            var created = await api.PostAsync(path, body.ToJsonString());
            Assert.True(created.Status < 500, $"object {i} of seed {Seed}: {body.ToJsonString()} returned {created.Status} {created.Text}");
            var deleted = await api.SendAsync("DELETE", $"{path}/n{i}?gracePeriodSeconds={Odd[random.Next(Odd.Length)].ToJsonString()}");
            Assert.True(deleted.Status < 500, $"deletion {i} of seed {Seed}, of {body.ToJsonString()}, returned {deleted.Status} {deleted.Text}");
        }

        Assert.Equal(200, (await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}")).Status);
        await api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Manifests.Deployment("after", 1));
        await api.WaitForAsync("/apis/apps/v1/namespaces/default/deployments", o => o.GetInteger("status", "availableReplicas") == 1);
    }

    [Theory]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps", 413)]
    [InlineData("PATCH", "/api/v1/namespaces/default/configmaps/x?fieldManager=a", 413)]
    public async Task Body_TooLarge_IsRejected(string verb, string path, int status)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.SendAsync(verb, path, Manifests.ConfigMap("x", $$"""{"a":"{{new string('x', 3 << 20)}}"}"""), verb == "PATCH" ? "application/apply-patch+yaml" : "application/json");
        Assert.Equal((status, "RequestEntityTooLarge"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"\ud800"}}""")]
    [InlineData("""{"metadata":{"name":"x"},"data":{"a":"\ud800"}}""")]
    [InlineData("""{"metadata":{"name":"x"},"data":{"\ud800":"a"}}""")]
    public async Task Body_UnpairedSurrogate_IsRejected(string body)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync("/api/v1/namespaces/default/configmaps", body);
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Watches_AbortedByClients_AreReleased()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        for (var i = 0; i < 50; i++)
        {
            await foreach (var _ in api.WatchAsync("/api/v1/namespaces"))
            {
                break;
            }
        }

        Assert.Equal(201, (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"after"}}""")).Status);
    }

    private static readonly JsonNode[] Odd =
    [
        0, -1, 1, int.MaxValue, long.MaxValue, 0.5, "", "a", "1", "50%", "Ä", "-", "x/y", "10.0.0.0/8", "1e9Gi", true, false,
        new JsonArray(), new JsonObject(), new JsonArray("a", "a"), new JsonObject { ["a"] = "b" }, new string('x', 300),
    ];

    private static (string Path, string Body) ValidObject(int which, string name, string ns)
    {
        var core = $"/api/v1/namespaces/{ns}";
        return which switch
        {
            0 => ($"{core}/pods", Manifests.Pod(name, extra: """
                "initContainers":[{"name":"i","image":"i","restartPolicy":"Always","startupProbe":{"grpc":{"port":80},"periodSeconds":1}}],
                "volumes":[{"name":"v","secret":{"secretName":"s","items":[{"key":"a","path":"b"}],"optional":true}},{"name":"e","emptyDir":{"sizeLimit":"1Gi"}}],
                "restartPolicy":"OnFailure",
                """)),
            1 => ($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment(name, 1)),
            2 => ($"{core}/services", Spec("""{"type":"ClusterIP","selector":{"app":"a"},"ports":[{"name":"p","port":80,"targetPort":8080}]}""")),
            3 => ($"{core}/resourcequotas", Spec("""{"hard":{"count/configmaps":"100","limits.memory":"10Gi"}}""")),
            4 => ($"{core}/limitranges", Spec("""{"limits":[{"type":"Container","min":{"memory":"1Mi"},"maxLimitRequestRatio":{"cpu":"1"}}]}""")),
            5 => ("/apis/node.k8s.io/v1/runtimeclasses", Manifests.RuntimeClass(name)),
            6 => ($"/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies", Spec("""
                {"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8"}}],"ports":[{"port":80}]}]}
                """)),
            7 => ($"{core}/secrets", $$"""{"metadata":{"name":"{{name}}"},"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{}"} }"""),
            8 => ($"{core}/persistentvolumeclaims", Manifests.Claim(name, more: "\"storageClassName\":\"azurefile-csi\",")),
            9 => ("/api/v1/persistentvolumes", Manifests.Volume(name)),
            10 => ($"/apis/apps/v1/namespaces/{ns}/statefulsets", Manifests.StatefulSet(name, 2, more: "\"podManagementPolicy\":\"Parallel\",\"minReadySeconds\":0,", claims: "data")),
            11 => ($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job(name, "work", "\"parallelism\":1,\"completions\":2,\"backoffLimit\":3,\"activeDeadlineSeconds\":60,\"ttlSecondsAfterFinished\":0,")),
            12 => ($"/apis/batch/v1/namespaces/{ns}/cronjobs", Manifests.CronJob(name, more: "\"timeZone\":\"Europe/Berlin\",\"startingDeadlineSeconds\":10,\"concurrencyPolicy\":\"Forbid\",")),
            13 => ($"/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", KubernetesKindTests.Autoscaler(name, 1, 3)),
            14 => ($"/apis/gateway.networking.k8s.io/v1/namespaces/{ns}/gateways", KubernetesGatewayTests.Gateway(name)),
            15 => ($"/apis/gateway.networking.k8s.io/v1/namespaces/{ns}/httproutes", KubernetesGatewayTests.Route(name, "gw")),
            _ => ($"{core}/configmaps", Manifests.ConfigMap(name)),
        };

        string Spec(string spec) => $$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}} }""";
    }

    /// <summary>Replaces a random value below a node, mostly by one of the same JSON type.</summary>
    private static void Distort(JsonNode node, Random random)
    {
        List<JsonNode?> below = node is JsonObject map ? [.. map.Select(p => p.Value)] : [.. (JsonArray)node];
        if (below.Count == 0)
        {
            return;
        }

        var index = random.Next(below.Count);
        if (below[index] is JsonObject or JsonArray && random.Next(5) > 0)
        {
            Distort(below[index]!, random);
            return;
        }

        var odd = Odd[random.Next(Odd.Length)];
        while (odd.GetValueKind() != below[index]?.GetValueKind() && random.Next(5) > 0)
        {
            odd = Odd[random.Next(Odd.Length)];
        }

        if (node is JsonArray list)
        {
            list[index] = odd.DeepClone();
        }
        else
        {
            node[((JsonObject)node).ElementAt(index).Key] = odd.DeepClone();
        }
    }

    private static (string Verb, string Path, string Body, string Type) InvalidRequest(Random random, string ns)
    {
        string[] paths =
        [
            $"/api/v1/namespaces/{ns}/configmaps", $"/api/v1/namespaces/{ns}/pods/none", $"/apis/apps/v1/namespaces/{ns}/deployments/web", $"/apis/apps/v1/namespaces/{ns}/deployments",
            "/api/v1/nodes", "/apis/node.k8s.io/v1/runtimeclasses/none", "/api/v1/namespaces", $"/api/v1/namespaces/{ns}/secrets", "/apis/x/y/z", "/api/v1", "/api//v1//pods",
            $"/api/v1/namespaces/{ns}/pods/none/log", $"/apis/apps/v1/namespaces/{ns}/deployments/web/scale", $"/api/v1/namespaces/{ns}/services",
        ];
        string[] queries = ["", "?limit=-1", "?continue=%ff", "?labelSelector=((", "?fieldSelector=a", "?resourceVersion=x", "?dryRun=Some", "?gracePeriodSeconds=x", "?fieldManager=f", "?fieldManager=f&force=maybe"];
        var verb = Verbs[random.Next(Verbs.Length)];
        var path = paths[random.Next(paths.Length)];
        var body = InvalidBody(random);
        // Deletions of existing objects would be valid, so they aren't sent.
        if (verb == "DELETE")
        {
            path = path.EndsWith("/web", StringComparison.Ordinal) ? $"{path}x" : path;
        }

        if (verb == "DELETE" && !path.EndsWith("/none", StringComparison.Ordinal) && !path.EndsWith("/webx", StringComparison.Ordinal))
        {
            path = "/apis/x/y/z";
        }

        return (verb, path + queries[random.Next(queries.Length)], body, Types[random.Next(Types.Length)]);
    }

    /// <summary>
    /// A body that is invalid for every kind: truncated, wrong types, or random bytes.
    /// </summary>
    private static string InvalidBody(Random random)
    {
        var text = random.Next(6) switch
        {
            0 => Manifests.Deployment("web")[..random.Next(200)],
            1 => """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":7},"spec":[]}""",
            2 => """{"metadata":{"name":"web","labels":{"a":{"b":1}}},"spec":{"replicas":"many"},"data":[1]}""",
            3 => new string('[', random.Next(1, 200)),
            4 => """{"apiVersion":"v9","kind":"Nothing","metadata":null,"metadata":{"name":"twice"}}""",
            _ => Encoding.Latin1.GetString([.. Enumerable.Range(0, random.Next(1, 100)).Select(_ => (byte)random.Next(256))]),
        };
        return text.Length == 0 ? "x" : text;
    }

    private static async Task<string> StateAsync(KubernetesServer api)
    {
        var state = new StringBuilder();
        foreach (var path in (string[])["/api/v1/namespaces", "/api/v1/nodes", "/api/v1/pods", "/api/v1/configmaps", "/apis/apps/v1/deployments", "/api/v1/services", "/apis/node.k8s.io/v1/runtimeclasses"])
        {
            state.Append(new JsonArray([.. (await api.GetAsync(path)).Body.GetObjects("items").Select(i => i.DeepClone())]).ToJsonString());
        }

        return state.ToString();
    }
}
