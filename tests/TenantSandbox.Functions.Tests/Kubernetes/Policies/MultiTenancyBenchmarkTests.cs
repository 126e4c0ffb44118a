using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.PodSecurity;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Policies;

/// <summary>
/// The 18 checks of the multi-tenancy benchmarks (kubernetes-retired/multi-tenancy, benchmarks/kubectl-mtb/test/benchmarks), on what the app
/// applies for a tenant with every kind of workload. docs/multi-tenancy-benchmarks.md says the same in words.
/// </summary>
public sealed partial class MultiTenancyBenchmarkTests
{
    private static readonly IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Applied = RenderedCasesTests.Applied();
    private static readonly V1PodSpec[] Pods =
        [.. Applied.Where(m => m is V1Deployment or V1StatefulSet or V1Job or V1CronJob).Select(m => WorkloadManifest.TemplateOf(m).Spec)];

    private static readonly string Cases = string.Concat(
        Directory.GetFiles(Path.Combine(Repository.Root, "tests", "policies"), "*.yaml", SearchOption.AllDirectories).Select(File.ReadAllText));

    private static readonly Dictionary<string, Action> Checks = new(StringComparer.Ordinal)
    {
        ["CC-CPI-1"] = () =>
        {
            HasNoCredentials();
            IsDenied("api-token");
        },
        ["BC-CPI-2"] = () =>
        {
            HasNoCredentials();
            IsDenied("guardrails");
            IsDenied("labels");
        },
        ["BC-CPI-3"] = () =>
        {
            IsRestricted("capabilities_restricted", c => c["securityContext"] = new JsonObject { ["capabilities"] = new JsonObject { ["add"] = new JsonArray("SYS_ADMIN") } });
            IsDenied("capabilities");
        },
        ["BC-CPI-4"] = () => IsRestricted("runAsNonRoot", c => c["securityContext"] = new JsonObject { ["runAsNonRoot"] = false }),
        ["BC-CPI-5"] = () =>
        {
            IsRestricted("privileged", c => c["securityContext"] = new JsonObject { ["privileged"] = true });
            IsDenied("privileged");
        },
        ["BC-CPI-6"] = () => IsRestricted(
            "allowPrivilegeEscalation", c => c["securityContext"] = new JsonObject { ["allowPrivilegeEscalation"] = true }),
        ["CC-TI-1"] = () => IsDenied("guardrails"),
        ["CC-TI-2"] = () =>
        {
            HasNoCredentials();
            var policy = Assert.Single(Applied.OfType<V1NetworkPolicy>(), p => p.Metadata.Name == NetworkPolicyManifest.Name);
            Assert.Equal(["Egress", "Ingress"], policy.Spec.PolicyTypes.Order(StringComparer.Ordinal));
            Assert.All(policy.Spec.Ingress ?? [], rule => Assert.All(rule.FromProperty, from => Assert.Null(from.NamespaceSelector)));
        },
        ["BC-HI-1"] = () =>
        {
            IsRestricted("restrictedVolumes", null, p => p["volumes"] = new JsonArray(new JsonObject { ["name"] = "root", ["hostPath"] = new JsonObject { ["path"] = "/" } }));
            IsDenied("host-path");
        },
        ["BC-HI-1 (a)"] = () =>
        {
            Assert.Equal("0", Quota()["services.nodeports"].ToString());
            IsDenied("service-type");
        },
        ["BC-HI-3"] = () =>
        {
            IsRestricted("hostNamespaces", null, p => p["hostNetwork"] = true);
            IsRestricted("hostPorts", c => c["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 80, ["hostPort"] = 80 }));
            IsDenied("host-network");
            IsDenied("host-port");
        },
        ["BC-HI-4"] = () =>
        {
            IsRestricted("hostNamespaces", null, p => p["hostPID"] = true);
            IsDenied("host-pid");
        },
        ["BC-HI-5"] = () =>
        {
            IsRestricted("hostNamespaces", null, p => p["hostIPC"] = true);
            IsDenied("host-ipc");
        },
        ["CC-DI-1"] = () => Assert.All(
            Pods.SelectMany(p => p.Containers.Concat(p.InitContainers ?? [])), c => Assert.Equal("Always", c.ImagePullPolicy)),
        ["CC-FNS-1"] = () => Assert.All((string[])["limits.cpu", "limits.memory", "requests.cpu", "requests.memory"], n => Assert.Contains(n, Quota().Keys)),
        ["CC-FNS-2"] = () => Assert.All((string[])["pods", "services", "persistentvolumeclaims"], n => Assert.Contains(n, Quota().Keys)),
        // Refused on purpose.
        ["BC-OPS-3"] = HasNoCredentials,
        ["BC-OPS-4"] = () =>
        {
            HasNoCredentials();
            IsDenied("guardrails");
        },
    };

    public static TheoryData<string> Ids => [.. Checks.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Check_OnWhatIsApplied_IsMetOrRefused(string id) => Checks[id]();

    [Fact]
    public void Page_Tables_HaveEveryCheck()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "multi-tenancy-benchmarks.md"));

        Assert.Equal(18, Checks.Count);
        Assert.Equal(Checks.Keys, CheckId().Matches(page).Select(m => m.Groups["id"].Value));
    }

    private static IDictionary<string, ResourceQuantity> Quota() => Assert.Single(Applied.OfType<V1ResourceQuota>()).Spec.Hard;

    private static void HasNoCredentials()
    {
        Assert.NotEmpty(Pods);
        Assert.DoesNotContain(Applied, m => m.ApiVersion.StartsWith("rbac.authorization.k8s.io/", StringComparison.Ordinal));
        Assert.All(Pods, p => Assert.False(p.AutomountServiceAccountToken));
        // A token for Entra ID is none for the API server.
        Assert.All(
            Pods.SelectMany(p => p.Volumes ?? []).SelectMany(v => v.Projected?.Sources ?? []).Select(s => s.ServiceAccountToken).OfType<V1ServiceAccountTokenProjection>(),
            t => Assert.Equal("api://AzureADTokenExchange", t.Audience));
    }

    /// <summary>A rule of infra/policies denies it: Kubernetes judges the case when the policies are judged.</summary>
    private static void IsDenied(string rule) =>
        Assert.Matches($"expect: deny, message: \"tenantsandbox/{Regex.Escape(rule)}:", Cases);

    /// <summary>The namespace enforces restricted, which allows the pods as they are rendered and refuses one that is changed.</summary>
    private static void IsRestricted(string check, Action<JsonObject>? changeContainer, Action<JsonObject>? changePod = null)
    {
        Assert.Equal("restricted", Assert.Single(Applied.OfType<V1Namespace>()).Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.All(Pods, p =>
        {
            var spec = JsonNode.Parse(KubernetesJson.Serialize(p))!.AsObject();
            var pod = new JsonObject { ["spec"] = spec };
            Assert.Empty(PodSecurityEvaluator.Evaluate(pod, PodSecurityLevel.Restricted));
            changeContainer?.Invoke(spec["containers"]![0]!.AsObject());
            changePod?.Invoke(spec);
            Assert.Contains(PodSecurityEvaluator.Evaluate(pod, PodSecurityLevel.Restricted), v => v.Check == check);
        });
    }

    [GeneratedRegex(@"^\| (?<id>(BC|CC)-[A-Z]+-[0-9]( \(a\))?) \|", RegexOptions.Multiline)]
    private static partial Regex CheckId();
}
