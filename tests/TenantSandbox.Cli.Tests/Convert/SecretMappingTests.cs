using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Commands;
using TenantSandbox.Cli.Convert;
using TenantSandbox.Cli.Output;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Cli.Tests.Convert;

public sealed class SecretMappingTests
{
    private const string Yaml = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web, azure.workload.identity/use: "true"}}
            spec:
              serviceAccountName: web
              imagePullSecrets: [{name: registry}]
              containers:
              - name: web
                image: registry.example/web:1
                resources: {limits: {cpu: 500m, memory: 256Mi}}
                env: [{name: KEY, valueFrom: {secretKeyRef: {name: keys, key: api}}}]
                envFrom: [{secretRef: {name: keys}}]
                volumeMounts: [{name: tls, mountPath: /tls}]
              volumes: [{name: tls, secret: {secretName: tls, items: [{key: tls.key, path: key}]}}]
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: web, annotations: {azure.workload.identity/client-id: 22222222-3333-4444-5555-66666666666A}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: keys}
        stringData: {api: canary-value}
        """;

    private static readonly ConversionOptions Options = new("acme", 1, "pooled", "500m", "512Mi");

    [Fact]
    public async Task Convert_SecretsWithAddresses_AreTakenInFull()
    {
        var conversion = await ConvertAsync(
            "keys/api=https://contoso.vault.azure.net/secrets/acme--api",
            "tls/tls.key=https://contoso.vault.azure.net/secrets/acme--tls",
            "registry/.dockerconfigjson=https://contoso.vault.azure.net/secrets/acme--registry");

        Assert.True(conversion.IsComplete);
        var expected = JsonNode.Parse(
            """
            [ { "name": "keys", "items": { "api": "https://contoso.vault.azure.net/secrets/acme--api" } },
              { "name": "registry", "items": { ".dockerconfigjson": "https://contoso.vault.azure.net/secrets/acme--registry" },
                "type": "kubernetes.io/dockerconfigjson" },
              { "name": "tls", "items": { "tls.key": "https://contoso.vault.azure.net/secrets/acme--tls" } } ]
            """);
        Assert.True(JsonNode.DeepEquals(expected, conversion.Request["secretRefs"]), conversion.Request.ToJsonString());
        AssertValid(conversion.Request);
    }

    [Fact]
    public async Task Convert_SecretsWithoutAddresses_AreGapsThatNameTheOptions()
    {
        var conversion = await ConvertAsync("keys/api=https://contoso.vault.azure.net/secrets/acme--api");

        var report = new StringWriter();
        ConversionReport.Write(conversion, report);
        Assert.False(conversion.IsComplete);
        Assert.Contains(conversion.Notes, n => n.Subject == "Secret/tls" && n.Text.Contains("--secret tls/tls.key=", StringComparison.Ordinal));
        Assert.Contains(
            conversion.Notes, n => n.Subject == "Secret/registry" && n.Text.Contains("--secret registry/.dockerconfigjson=", StringComparison.Ordinal));
        var spec = conversion.Request["workloads"]![0]!["podTemplate"]!["spec"]!;
        Assert.Empty(spec["volumes"]!.AsArray());
        Assert.Empty(spec["imagePullSecrets"]!.AsArray());
        Assert.Single(spec["containers"]![0]!["env"]!.AsArray());
        Assert.DoesNotContain("canary-value", report + conversion.Request.ToJsonString(), StringComparison.Ordinal);
        AssertValid(conversion.Request);
    }

    [Fact]
    public async Task Convert_WorkloadIdentity_BecomesTheWorkloadsIdentity()
    {
        var workload = Assert.Single((await ConvertAsync()).Workloads);

        Assert.Equal("22222222-3333-4444-5555-66666666666a", workload.ToWorkload()["identity"]!["clientId"]!.GetValue<string>());
        Assert.Contains(workload.Notes, n => n.Text.Contains("system:serviceaccount:tenant-acme:workload-web", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Convert_WorkloadIdentityWithoutClientId_IsAGap()
    {
        var manifests = await ReadAsync(Yaml.Replace("22222222-3333-4444-5555-66666666666A", "<CLIENT_ID>", StringComparison.Ordinal));

        var workload = Assert.Single(RequestConversion.Convert(manifests, Options).Workloads);

        Assert.Null(workload.ToWorkload()["identity"]);
        Assert.Contains(workload.Notes, n => n.Kind == ConversionNoteKind.NotTaken && n.Text.Contains("names no client id", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys/api")]
    [InlineData("keys/api=hunter2")]
    [InlineData("/api=https://contoso.vault.azure.net/secrets/a")]
    [InlineData("keys/=https://contoso.vault.azure.net/secrets/a")]
    public async Task Run_SecretOptionOfAnotherForm_IsRefusedWithoutQuotingIt(string option)
    {
        var report = new StringWriter();

        var code = await ConvertCommand.RunAsync(["-"], Options, [option], new StringReader(Yaml), new StringWriter(), report, default);

        Assert.Equal(2, code);
        Assert.Contains("--secret must be NAME/KEY=URI", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", report.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Conversion> ConvertAsync(params string[] secrets) =>
        RequestConversion.Convert(await ReadAsync(Yaml), Options with { Secrets = SecretOption.Parse(secrets) });

    private static Task<IReadOnlyList<Manifest>> ReadAsync(string yaml) =>
        ManifestReader.ReadAsync([ManifestReader.StandardInput], new StringReader(yaml), CancellationToken.None);

    private static void AssertValid(JsonObject request)
    {
        var rules = InstallationRules.Default with { Secrets = SecretAssignments.Unchecked, Identities = IdentityAssignments.Unchecked };
        var bytes = Encoding.UTF8.GetBytes(request.ToJsonString());
        Assert.Empty(TenantRequestParser.Parse(bytes, TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, rules).Faults);
    }
}
