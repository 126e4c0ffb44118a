using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.PodSecurity;

namespace TenantSandbox.Core.Tests.Isolation.PodSecurity;

public sealed class PodSecurityEvaluatorTests
{
    public static TheoryData<string> Names => [.. PodSecurityCase.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_Case_FindsExactlyItsViolations(string name)
    {
        var @case = PodSecurityCase.All.Single(x => x.Name == name);

        var restricted = PodSecurityEvaluator.Evaluate(@case.ToPod(), PodSecurityLevel.Restricted);

        Assert.Equal(@case.Baseline, Texts(PodSecurityEvaluator.Evaluate(@case.ToPod(), PodSecurityLevel.Baseline)));
        Assert.Equal(@case.Restricted, Texts(restricted));
        if (@case.Message is { } message)
        {
            Assert.Equal(message, Assert.Single(restricted).Message);
        }
    }

    [Fact]
    public void Checks_All_AreThoseOfPodSecurityAdmission()
    {
        string[] upstream =
        [
            "appArmorProfile", "capabilities_baseline", "hostNamespaces", "hostPathVolumes", "hostPorts", "hostProbesAndHostLifecycle", "privileged", "procMount",
            "seLinuxOptions", "seccompProfile_baseline", "sysctls", "windowsHostProcess",
            "allowPrivilegeEscalation", "capabilities_restricted", "procMount_restricted", "restrictedVolumes", "runAsNonRoot", "runAsUser", "seccompProfile_restricted",
        ];

        Assert.Equal(upstream, PodSecurityEvaluator.Checks.Select(c => c.Id));
        Assert.Equal(
            upstream.Order(StringComparer.Ordinal),
            PodSecurityCase.All.SelectMany(x => x.Baseline.Concat(x.Restricted)).Select(v => v.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/spec/volumes", """[{"name":"root","hostPath":{"path":"/"}}]""", """volume "root" must not mount a path of the node; use another volume type (found "/")""")]
    [InlineData(
        "/spec/containers/0/securityContext/capabilities", """{"add":["NET_RAW","KILL","SYS_TIME"]}""",
        """container "web" must not add capabilities beyond the default ones; remove them from securityContext.capabilities.add (found "NET_RAW", "SYS_TIME")""")]
    [InlineData(
        "/spec/securityContext/seccompProfile", """{"type":"Unconfined"}""",
        """pod must set securityContext.seccompProfile.type to RuntimeDefault or Localhost, or remove it (found "Unconfined")""")]
    public void Evaluate_BaselineCheckThatRestrictedReplaces_HasItsOwnMessage(string pointer, string value, string message)
    {
        var changed = new PodSecurityCase("", null, new Dictionary<string, JsonNode?> { [pointer] = JsonNode.Parse(value) }, null, [], [], null);

        Assert.Equal(message, Assert.Single(PodSecurityEvaluator.Evaluate(changed.ToPod(), PodSecurityLevel.Baseline)).Message);
    }

    [Fact]
    public void Evaluate_NodesMadeInCode_AreReadAsParsedOnes()
    {
        var pod = JsonNode.Parse(PodSecurityCase.Hardened)!.AsObject();
        pod["spec"]!["securityContext"]!["runAsUser"] = 0;
        pod["spec"]!["containers"]![0]!["ports"] = new JsonArray(new JsonObject { ["hostPort"] = 0 }, new JsonObject { ["hostPort"] = (short)80 });

        var found = PodSecurityEvaluator.Evaluate(pod, PodSecurityLevel.Restricted);

        Assert.Equal(["hostPorts /spec/containers/0/ports/1/hostPort", "runAsUser /spec/securityContext/runAsUser"], Texts(found));
    }

    [Fact]
    public void Evaluate_NoSpec_IsRefused() =>
        Assert.Throws<ArgumentException>(() => PodSecurityEvaluator.Evaluate(JsonNode.Parse("""{"metadata":{}}""")!.AsObject(), PodSecurityLevel.Baseline));

    private static IEnumerable<string> Texts(IEnumerable<PodSecurityViolation> violations) => violations.Select(v => $"{v.Check} {string.Join(' ', v.Fields)}");
}
