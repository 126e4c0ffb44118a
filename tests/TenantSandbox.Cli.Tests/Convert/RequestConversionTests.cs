using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Convert;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Cli.Tests.Convert;

public sealed class RequestConversionTests
{
    private static readonly ConversionOptions Options = new("acme", 1, "pooled", "500m", "512Mi");

    [Fact]
    public async Task Convert_PlainDeployment_IsTakenInFullAndValid()
    {
        var conversion = await ConvertAsync(Deployment("replicas: 2", """
            image: registry.example/web:1
            ports: [{containerPort: 8080}]
            resources: {limits: {cpu: 500m, memory: 256Mi}}
            """));

        Assert.True(conversion.IsComplete);
        var workload = Assert.Single(conversion.Request["workloads"]!.AsArray())!;
        Assert.Equal(("web", 2), (workload["name"]!.GetValue<string>(), workload["replicas"]!.GetValue<int>()));
        Assert.Equal("registry.example/web:1", ContainerOf(conversion)["image"]!.GetValue<string>());
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_WhatTheAppSets_IsLeftOutWithoutLoss()
    {
        var conversion = await ConvertAsync(Deployment("replicas: 1", """
            image: registry.example/web:1
            imagePullPolicy: Always
            securityContext: {capabilities: {drop: [all]}}
            resources: {limits: {cpu: 500m, memory: 256Mi}}
            """, "serviceAccountName: web\nautomountServiceAccountToken: true\nnodeSelector: {kubernetes.io/os: linux}"));

        var workload = Assert.Single(conversion.Workloads);
        Assert.Equal(ConversionVerdict.InFull, workload.Verdict);
        Assert.Contains(workload.Notes, note => note.Text.Contains("service account", StringComparison.Ordinal));
        Assert.Null(ContainerOf(conversion)["imagePullPolicy"]);
        AssertValid(conversion);
    }

    [Theory]
    [InlineData("resources: {requests: {cpu: 100m, memory: 300Mi}}", "100m", "300Mi")]
    [InlineData("resources: {limits: {memory: 300Mi}}", "500m", "300Mi")]
    [InlineData("tty: false", "500m", "512Mi")]
    public async Task Convert_ContainerWithoutLimits_GetsRequestsOrDefaults(string resources, string cpu, string memory)
    {
        var conversion = await ConvertAsync(Deployment("replicas: 1", $"image: registry.example/web:1\n{resources}"));

        var limits = ContainerOf(conversion)["resources"]!["limits"]!;
        Assert.Equal((cpu, memory), (limits["cpu"]!.GetValue<string>(), limits["memory"]!.GetValue<string>()));
        Assert.Equal(ConversionVerdict.InFull, Assert.Single(conversion.Workloads).Verdict);
    }

    [Fact]
    public async Task Convert_TooSmallForAGuest_IsRaised()
    {
        var conversion = await ConvertAsync(Deployment("replicas: 1", """
            image: registry.example/web:1
            resources: {limits: {cpu: 5m, memory: 64Mi}}
            volumeMounts: [{name: cache, mountPath: /cache}]
            """, "volumes: [{name: cache, emptyDir: {medium: Memory}}]"));

        var limits = ContainerOf(conversion)["resources"]!["limits"]!;
        Assert.Equal(("10m", "192Mi"), (limits["cpu"]!.GetValue<string>(), limits["memory"]!.GetValue<string>()));
        Assert.True(conversion.IsComplete);
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_TooLargeForAGuest_IsDropped()
    {
        var conversion = await ConvertAsync(Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 100, memory: 1Ti}}"));

        Assert.Equal(ConversionVerdict.NotAtAll, Assert.Single(conversion.Workloads).Verdict);
    }

    [Fact]
    public async Task Convert_ForbiddenFields_AreTakenOutWithTheValidatorsReason()
    {
        var conversion = await ConvertAsync(Deployment("replicas: 1", """
            image: registry.example/web:1
            resources: {limits: {cpu: 500m, memory: 256Mi}}
            securityContext: {privileged: true}
            volumeMounts: [{name: host, mountPath: /host}, {name: scratch, mountPath: /tmp}]
            """, "hostNetwork: true\nvolumes: [{name: host, hostPath: {path: /}}, {name: scratch, emptyDir: {sizeLimit: 1Gi}}]"));

        var workload = Assert.Single(conversion.Workloads);
        Assert.Equal(ConversionVerdict.InPart, workload.Verdict);
        string[] lost = ["spec.hostNetwork: ", "spec.containers.0.securityContext.privileged: ", "spec.volumes.0: "];
        Assert.All(lost, field => Assert.Contains(workload.Notes, note => note.Text.StartsWith(field, StringComparison.Ordinal)));
        Assert.Equal("scratch", Assert.Single(ContainerOf(conversion)["volumeMounts"]!.AsArray())!["name"]!.GetValue<string>());
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_SecretInEnvironment_LosesTheVariableAndNeverItsValue()
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", """
                image: registry.example/web:1
                resources: {limits: {cpu: 500m, memory: 256Mi}}
                env: [{name: KEY, valueFrom: {secretKeyRef: {name: keys, key: api}}}, {name: LEVEL, value: "3"}]
                """),
            "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {api: canary-value}\n");

        var report = new StringWriter();
        Output.ConversionReport.Write(conversion, report);
        Assert.Equal("LEVEL", Assert.Single(ContainerOf(conversion)["env"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.DoesNotContain("canary-value", report + conversion.Request.ToJsonString(), StringComparison.Ordinal);
        Assert.False(conversion.IsComplete);
    }

    [Fact]
    public async Task Convert_ServiceOnTheContainersPort_IsTaken()
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 8080}]}\n");

        Assert.True(conversion.IsComplete);
        Assert.Equal(8080, Assert.Single(ContainerOf(conversion)["ports"]!.AsArray())!["containerPort"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(
        "metadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}",
        """[{"name":"web","ports":[{"port":80,"targetPort":8080}]}]""", null)]
    [InlineData("metadata: {name: shop}\nspec: {selector: {app: web}, ports: [{port: 8080}]}", """[{"name":"shop","ports":[{"port":8080}]}]""", null)]
    [InlineData(
        "metadata: {name: web}\nspec: {selector: {app: web}, sessionAffinity: ClientIP, ports: [{name: http, port: 80, protocol: UDP, appProtocol: x}]}",
        """[{"name":"web","ports":[{"port":80,"name":"http","protocol":"UDP","appProtocol":"x"}],"sessionAffinity":"ClientIP"}]""", null)]
    [InlineData(
        "metadata: {name: web}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}",
        """[{"name":"web","ports":[{"port":80,"targetPort":8080}],"type":"LoadBalancer"}]""", null)]
    [InlineData("metadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}", null, "which no container declares")]
    [InlineData("metadata: {name: web}\nspec: {selector: {app: db}, ports: [{port: 8080}]}", null, "selects none")]
    [InlineData("metadata: {name: web}\nspec: {type: ExternalName, externalName: db.example.com}", null, "no ExternalName Services")]
    [InlineData(
        "metadata: {name: web}\nspec: {clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}",
        """[{"name":"web","ports":[{"port":80,"targetPort":8080}]}]""", "headless")]
    [InlineData(
        "metadata: {name: web}\nspec: {type: NodePort, externalIPs: [203.0.113.1], selector: {app: web}, ports: [{port: 80}]}",
        """[{"name":"web","ports":[{"port":80}],"type":"NodePort"}]""", "can't be chosen by a tenant")]
    public async Task Convert_Service_IsTakenAsItIsOrSaysWhatIsLost(string service, string? taken, string? lost)
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            $"apiVersion: v1\nkind: Service\n{service}\n");

        var notes = conversion.Workloads.SelectMany(w => w.Notes).Concat(conversion.Notes).Where(n => n.Kind == ConversionNoteKind.NotTaken).Select(n => n.Text);
        Assert.Equal(taken, conversion.Request["workloads"]![0]!["services"]?.ToJsonString());
        if (lost is null)
        {
            Assert.Empty(notes);
        }
        else
        {
            Assert.Contains(lost, Assert.Single(notes), StringComparison.Ordinal);
        }

        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_Policies_BecomeIngressAndEgressOfTheirWorkloads()
    {
        var web = Deployment("replicas: 1", "image: registry.example/web:1\nports: [{name: http, containerPort: 8080}]\nresources: {limits: {cpu: 500m, memory: 256Mi}}");
        var conversion = await ConvertAsync(
            web,
            web.Replace("name: web", "name: db", StringComparison.Ordinal).Replace("app: web", "app: db", StringComparison.Ordinal),
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web}
            spec:
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from: [{ipBlock: {cidr: 203.0.113.0/24}}, {namespaceSelector: {}}]
                ports: [{port: http}]
              egress:
              - to: [{podSelector: {matchLabels: {app: db}}}]
                ports: [{port: 8080}]
              - ports: [{port: 53, protocol: UDP}]
            """,
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: db}
            spec:
              podSelector: {matchLabels: {app: db}}
              policyTypes: [Ingress]
              ingress: [{from: [{podSelector: {}}]}]
            """);

        var workloads = conversion.Request["workloads"]!.AsArray();
        Assert.Equal("""{"from":[{"cidr":"203.0.113.0/24","ports":[{"port":"http"}]}]}""", workloads[0]!["ingress"]!.ToJsonString());
        Assert.Equal("""[{"workload":"db","ports":[{"port":8080,"protocol":"TCP"}]}]""", workloads[0]!["egressAllowList"]!.ToJsonString());
        Assert.Equal("""{"from":[{"workload":"web"},{"workload":"db"}]}""", workloads[1]!["ingress"]!.ToJsonString());
        Assert.Contains("sources in \"ingress\"", Assert.Single(conversion.Notes, n => n.Kind == ConversionNoteKind.NotTaken).Text, StringComparison.Ordinal);
        AssertValid(conversion);
    }

    [Theory]
    [InlineData("backendRefs: [{name: web, port: 80}]", """{"hosts":["shop.example.com"],"service":"web","port":80}""", null)]
    [InlineData(
        "matches: [{path: {value: /api}}]\n    backendRefs: [{name: web, port: 80}]",
        """{"hosts":["shop.example.com"],"service":"web","port":80,"paths":["/api"]}""", null)]
    [InlineData("filters: [{type: URLRewrite}]\n    backendRefs: [{name: web, port: 80}]", null, "Filters")]
    [InlineData("matches: [{path: {type: Exact, value: /api}}]\n    backendRefs: [{name: web, port: 80}]", null, "prefixes")]
    [InlineData("backendRefs: [{name: other, port: 80}]", null, "selects none")]
    [InlineData("backendRefs: [{name: web, port: 80}, {name: other, port: 80}]", null, "exactly one Service")]
    [InlineData("backendRefs: [{name: web, port: 81}]", null, "no such TCP port")]
    public async Task Convert_Route_ExposesItsWorkload(string rule, string? taken, string? lost)
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}",
            $"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: web}}\nspec:\n  parentRefs: [{{name: public}}]\n  hostnames: [shop.example.com]\n  rules:\n  - {rule}\n");

        Assert.Equal(taken, conversion.Request["workloads"]![0]!["expose"]?.ToJsonString());
        var notes = conversion.Workloads.SelectMany(w => w.Notes).Concat(conversion.Notes).Where(n => n.Kind == ConversionNoteKind.NotTaken).Select(n => n.Text);
        Assert.Equal(lost is not null, notes.SingleOrDefault()?.Contains(lost!, StringComparison.Ordinal) == true);
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_Ingress_SaysHowToExposeTheWorkload()
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: []}\n");

        Assert.Contains("\"expose\"", Assert.Single(conversion.Notes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_EgressBlocks_BecomeTheAllowList()
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: out}
            spec:
              podSelector: {}
              egress:
              - to: [{ipBlock: {cidr: 203.0.113.0/24}}]
                ports: [{port: 443}]
              - to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.1/32]}}]
            """);

        Assert.Equal("""[{"cidr":"203.0.113.0/24","ports":[{"port":443,"protocol":"TCP"}]}]""", conversion.Request["egressAllowList"]!.ToJsonString());
        Assert.Contains(conversion.Notes, note => note.Kind == ConversionNoteKind.NotTaken && note.Text.Contains("has exceptions", StringComparison.Ordinal));
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_WorkloadThatCantBeMended_IsDroppedAndTheOthersStay()
    {
        var conversion = await ConvertAsync(
            Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}"),
            Deployment("replicas: 1", "resources: {limits: {cpu: 500m, memory: 256Mi}}").Replace("name: web", "name: noimage", StringComparison.Ordinal),
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\n");

        Assert.Equal(
            [("Deployment/web", ConversionVerdict.InFull), ("Deployment/noimage", ConversionVerdict.NotAtAll), ("DaemonSet/agent", ConversionVerdict.NotAtAll)],
            conversion.Workloads.Select(w => (w.Source, w.Verdict)));
        AssertValid(conversion);
    }

    [Fact]
    public async Task Convert_InvalidTenant_IsReportedAndNothingIsDropped()
    {
        var yaml = Deployment("replicas: 1", "image: registry.example/web:1\nresources: {limits: {cpu: 500m, memory: 256Mi}}");

        var conversion = RequestConversion.Convert(await ReadAsync(yaml), Options with { TenantId = "Not Valid" });

        Assert.Equal("/tenantId", Assert.Single(conversion.Faults).Pointer);
        Assert.Equal(ConversionVerdict.InFull, Assert.Single(conversion.Workloads).Verdict);
    }

    private static string Deployment(string settings, string container, string pod = "enableServiceLinks: false") => $"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          {settings}
          selector:
            matchLabels:
              app: web
          template:
            metadata:
              creationTimestamp: null
              labels:
                app: web
            spec:
        {Indent(pod, 6)}
              containers:
              - name: main
        {Indent(container, 8)}
        """;

    private static string Indent(string text, int spaces) =>
        string.Join('\n', text.Split('\n').Select(line => new string(' ', spaces) + line.TrimEnd('\r')));

    private static JsonNode ContainerOf(Conversion conversion) => conversion.Request["workloads"]![0]!["podTemplate"]!["spec"]!["containers"]![0]!;

    private static void AssertValid(Conversion conversion)
    {
        var bytes = Encoding.UTF8.GetBytes(conversion.Request.ToJsonString());
        Assert.Empty(TenantRequestParser.Parse(bytes, TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, InstallationRules.Default with { Network = NetworkRules.Any }).Faults);
    }

    private static async Task<Conversion> ConvertAsync(params string[] documents) =>
        RequestConversion.Convert(await ReadAsync(string.Join("\n---\n", documents)), Options);

    private static Task<IReadOnlyList<Manifest>> ReadAsync(string yaml) =>
        ManifestReader.ReadAsync([ManifestReader.StandardInput], new StringReader(yaml), CancellationToken.None);
}
