using System.Text.Json.Nodes;
using CsCheck;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Random pod templates that are valid in requests.</summary>
internal static class PodTemplateGen
{
    private static readonly Gen<JsonObject?> Action = Gen.OneOf(
        Gen.Const((JsonObject?)null),
        Gen.Int[1, 65535].Select(port => (JsonObject?)Json($$$"""{"httpGet":{"port":{{{port}}},"path":"/up","httpHeaders":[{"name":"X-A","value":"b"}]}}""")),
        Gen.Const((JsonObject?)Json("""{"tcpSocket":{"port":"main"}}""")),
        Gen.Int[1, 65535].Select(port => (JsonObject?)Json($$$"""{"grpc":{"port":{{{port}}}}}""")),
        Gen.Const((JsonObject?)Json("""{"exec":{"command":["true","$(A)"]}}""")));

    private static readonly Gen<JsonObject?> Probe = Gen.Select(Action, Gen.Int[0, 60], Gen.Int[1, 60], Gen.Int[1, 5]).Select((action, delay, period, failures) =>
        action is null ? null : With(action, ("initialDelaySeconds", delay), ("periodSeconds", period), ("failureThreshold", failures)));

    private static readonly Gen<JsonObject?> Security = Gen.OneOf(
        Gen.Const((JsonObject?)null),
        Gen.Const((JsonObject?)Json("""{"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]},"runAsNonRoot":true}""")),
        Gen.Int[1, 70000].Select(id => (JsonObject?)Json($$$"""{"runAsUser":{{{id}}},"runAsGroup":{{{id}}},"readOnlyRootFilesystem":true,"procMount":"Default"}""")),
        Gen.Const((JsonObject?)Json("""{"privileged":false,"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}}""")));

    private static readonly Gen<JsonArray?> Env = Gen.OneOf(
        Gen.Const((JsonArray?)null),
        Gen.String[Gen.Char["a$() \""], 0, 8].Select(text => (JsonArray?)new JsonArray(
            new JsonObject { ["name"] = "A", ["value"] = text },
            Json("""{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}}"""),
            Json("""{"name":"C","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}}"""),
            Json("""{"name":"D","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}"""))));

    private static readonly Gen<JsonArray?> EnvFrom = Gen.OneOfConst(
        null, """[{"secretRef":{"name":"db"}}]""", """[{"prefix":"DB_","secretRef":{"name":"db","optional":false}}]""")
        .Select(text => text is null ? null : JsonNode.Parse(text)!.AsArray());

    private static readonly Gen<JsonObject> Container = Gen.Select(
        Gen.Int[10, 4000], Gen.Int[64, 4096], Gen.Bool, Security, Gen.Select(Env, EnvFrom), Probe, Probe, Gen.Int[0, 4])
        .Select((cpu, memory, hasStorage, security, env, live, ready, mounts) =>
    {
        var container = Json($$$$"""{"image":"registry.example/app:1","resources":{"limits":{"cpu":"{{{{cpu}}}}m","memory":"{{{{memory}}}}Mi"},"requests":{"cpu":"1m"}}}""");
        if (hasStorage)
        {
            container["resources"]!["limits"]!["ephemeral-storage"] = "2Gi";
        }

        string[] volumes = ["cache", "info", "shm", "db"];
        return With(
            container,
            ("securityContext", security), ("env", env.Item1), ("envFrom", env.Item2), ("livenessProbe", live), ("readinessProbe", ready),
            ("volumeMounts", new JsonArray([.. volumes.Take(mounts).Select(v => new JsonObject { ["name"] = v, ["mountPath"] = $"/{v}" })])));
    });

    private static readonly Gen<JsonObject?> PodSecurity = Gen.OneOf(
        Gen.Const((JsonObject?)null),
        Gen.Int[1, 70000].Select(id => (JsonObject?)Json($$$"""
            {"runAsUser":{{{id}}},"fsGroup":{{{id}}},"fsGroupChangePolicy":"OnRootMismatch","supplementalGroups":[{{{id}}}],"seccompProfile":{"type":"RuntimeDefault"},
             "sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"}]}
            """)));

    /// <summary>The JSON text of a template.</summary>
    public static readonly Gen<string> Template = Gen.Select(Container.List[1, 4], Gen.Select(Container, Gen.Bool).List[0, 3], PodSecurity, Gen.Int[0, 300], Gen.Bool)
        .Select((containers, inits, security, grace, isSpread) =>
        {
            var pod = With(
                Json("""
                    {"volumes":[{"name":"cache","emptyDir":{}},{"name":"shm","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}},
                      {"name":"db","secret":{"secretName":"db","defaultMode":256,"items":[{"key":"password","path":"db/password","mode":288}]}},
                      {"name":"info","downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}
                    """),
                ("containers", Named("c", containers)),
                ("initContainers", Named("i", inits.Select(i => i.Item2 ? With(i.Item1, ("restartPolicy", "Always")) : WithoutProbes(i.Item1)))),
                ("securityContext", security),
                ("terminationGracePeriodSeconds", grace));
            if (grace % 2 == 0)
            {
                pod["imagePullSecrets"] = new JsonArray(Json("""{"name":"pull"}"""));
            }

            // A guest has 128Mi even if its only container states less, and room for the memory volume.
            pod["containers"]![0]!["resources"]!["limits"]!["memory"] = "512Mi";
            if (isSpread)
            {
                pod["topologySpreadConstraints"] = new JsonArray(Json("""{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"a"}}}"""));
            }

            return new JsonObject { ["metadata"] = Json("""{"labels":{"app":"a"},"annotations":{"note":"b"}}"""), ["spec"] = pod }.ToJsonString();
        });

    private static JsonArray Named(string prefix, IEnumerable<JsonObject> containers) => new([.. containers.Select((c, i) =>
        With(c, ("name", $"{prefix}{i}"), ("ports", new JsonArray(new JsonObject { ["containerPort"] = 8000 + i, ["name"] = prefix == "c" && i == 0 ? "main" : $"{prefix}-{i}" })))
            .Renamed(prefix == "c" && i == 0 ? "main" : $"{prefix}-{i}"))]);

    // Probes of the first container ask the port "main"; those of the others the port of their own.
    private static JsonObject Renamed(this JsonObject container, string port) =>
        Json(container.ToJsonString().Replace("{\"port\":\"main\"}", $"{{\"port\":\"{port}\"}}", StringComparison.Ordinal));

    private static JsonObject WithoutProbes(JsonObject container) => new(container.Where(f => !f.Key.EndsWith("Probe", StringComparison.Ordinal)).Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone())));

    private static JsonObject With(JsonObject node, params (string Name, JsonNode? Value)[] fields)
    {
        var copy = node.DeepClone().AsObject();
        foreach (var (name, value) in fields.Where(f => f.Value is not null))
        {
            copy[name] = value!.DeepClone();
        }

        return copy;
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
