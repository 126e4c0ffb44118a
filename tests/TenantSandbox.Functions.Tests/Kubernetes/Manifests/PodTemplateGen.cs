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
            Json("""{"name":"D","valueFrom":{"configMapKeyRef":{"name":"settings","key":"level"}}}"""),
            Json("""{"name":"E","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}"""))));

    private static readonly Gen<JsonArray?> EnvFrom = Gen.OneOfConst(
        null,
        """[{"prefix":"S_","configMapRef":{"name":"settings"}}]""",
        """[{"secretRef":{"name":"db"}}]""",
        """[{"prefix":"DB_","secretRef":{"name":"db","optional":false}}]""").Select(text => text is null ? null : JsonNode.Parse(text)!.AsArray());

    private static readonly Gen<JsonObject> Container = Gen.Select(
        Gen.Int[10, 4000], Gen.Int[64, 4096], Gen.Bool, Security, Gen.Select(Env, EnvFrom), Probe, Probe, Gen.Int[0, 7])
        .Select((cpu, memory, hasStorage, security, env, live, ready, mounts) =>
    {
        var container = Json($$$$"""{"image":"registry.example/app:1","resources":{"limits":{"cpu":"{{{{cpu}}}}m","memory":"{{{{memory}}}}Mi"},"requests":{"cpu":"1m"}}}""");
        if (hasStorage)
        {
            container["resources"]!["limits"]!["ephemeral-storage"] = "2Gi";
        }

        string[] volumes = ["cache", "info", "shm", "files", "own", "data", "db"];
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

    // Each template has a few of the kinds of volumes.
    private static readonly Gen<string> Volumes = Gen.OneOfConst(
        """
        [{"name":"cache","emptyDir":{}},{"name":"shm","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}},
         {"name":"info","downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]
        """,
        """
        [{"name":"cache","emptyDir":{}},{"name":"files","projected":{"sources":[
          {"configMap":{"name":"settings","items":[{"key":"level","path":"etc/level","mode":256}]}},
          {"downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}]
        """,
        """
        [{"name":"own","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"app":"a"}},
          "spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}]
        """,
        """
        [{"name":"cache","emptyDir":{}},{"name":"db","secret":{"secretName":"db","defaultMode":256,"items":[{"key":"password","path":"db/password","mode":288}]}}]
        """,
        """
        [{"name":"data","persistentVolumeClaim":{"claimName":"data"}},{"name":"files","configMap":{"name":"settings","defaultMode":292}}]
        """);

    /// <summary>The JSON text of a template.</summary>
    public static readonly Gen<string> Template = Gen.Select(
        Container.List[1, 4], Gen.Select(Container, Gen.Bool).List[0, 3], PodSecurity, Gen.Int[0, 300], Gen.Bool, Volumes)
        .Select((containers, inits, security, grace, isSpread, volumes) =>
        {
            var pod = With(
                [],
                ("volumes", JsonNode.Parse(volumes)),
                ("containers", Named("c", containers)),
                ("initContainers", Named("i", inits.Select(i => i.Item2 ? With(i.Item1, ("restartPolicy", "Always")) : WithoutProbes(i.Item1)))),
                ("securityContext", security),
                ("terminationGracePeriodSeconds", grace));
            RemoveOtherMounts(pod);
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

    private static void RemoveOtherMounts(JsonObject pod)
    {
        var names = pod["volumes"]!.AsArray().Select(v => v!["name"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        foreach (var container in pod["containers"]!.AsArray().Concat(pod["initContainers"]!.AsArray()))
        {
            container!["volumeMounts"]!.AsArray().RemoveAll(m => !names.Contains(m!["name"]!.GetValue<string>()));
        }
    }

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
