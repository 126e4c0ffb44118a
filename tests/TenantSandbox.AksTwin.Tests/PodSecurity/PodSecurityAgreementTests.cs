using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.PodSecurity;
using TenantSandbox.Core.Isolation.PodSecurity;
using TenantSandbox.Core.Tests.Isolation.PodSecurity;

namespace TenantSandbox.AksTwin.Tests.PodSecurity;

/// <summary>
/// The twin's Pod Security Admission and the app's evaluator are written independently of each other. They must find the same checks violated
/// by every pod that both know.
/// </summary>
public sealed class PodSecurityAgreementTests
{
    private static readonly int Version = int.Parse(PodSecurityEvaluator.Version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(PodSecurityLevel.Baseline, "baseline")]
    [InlineData(PodSecurityLevel.Restricted, "restricted")]
    public void Evaluate_EveryCase_FindsTheChecksThatTheAppFinds(PodSecurityLevel level, string name)
    {
        var compared = 0;
        foreach (var @case in PodSecurityCase.All)
        {
            if (Decode(@case.ToPod()) is not { } pod)
            {
                continue;
            }

            compared++;
            var expected = PodSecurityEvaluator.Evaluate(pod, level).Select(v => v.Check).ToList();
            var found = PodSecurityAdmission.Evaluate(name, Version, pod).Select(v => v.Id).ToList();
            Assert.True(expected.SequenceEqual(found), $"{@case.Name}: the app finds [{string.Join(", ", expected)}], the twin [{string.Join(", ", found)}]");
        }

        Assert.InRange(compared, PodSecurityCase.All.Count * 9 / 10, PodSecurityCase.All.Count);
    }

    [Theory]
    [InlineData(31, """{"securityContext":{"seLinuxOptions":{"type":"container_engine_t"}} }""", "")]
    [InlineData(30, """{"securityContext":{"seLinuxOptions":{"type":"container_engine_t"}} }""", "seLinuxOptions")]
    [InlineData(32, """{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_rmem","value":"1"}]} }""", "")]
    [InlineData(28, """{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_rmem","value":"1"}]} }""", "sysctls")]
    [InlineData(34, """{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_notsent_lowat","value":"1"}]} }""", "sysctls")]
    [InlineData(34, """{"containers":[{"name":"c","livenessProbe":{"tcpSocket":{"host":"h","port":1}}}]}""", "hostProbesAndHostLifecycle")]
    [InlineData(33, """{"containers":[{"name":"c","livenessProbe":{"tcpSocket":{"host":"h","port":1}}}]}""", "")]
    [InlineData(34, """{"hostUsers":false,"containers":[{"name":"c","securityContext":{"procMount":"Unmasked"}}]}""", "procMount")]
    [InlineData(35, """{"hostUsers":false,"containers":[{"name":"c","securityContext":{"procMount":"Unmasked"}}]}""", "")]
    public void Evaluate_Baseline_FollowsTheVersion(int minor, string spec, string violated)
    {
        var pod = new JsonObject { ["spec"] = JsonNode.Parse(spec) };
        Assert.Equal(violated, string.Join(' ', PodSecurityAdmission.Evaluate("baseline", minor, pod).Select(v => v.Id)));
    }

    /// <summary>The pod as the API server reads it; null where it refuses the pod because of a field's type.</summary>
    private static JsonObject? Decode(JsonObject pod)
    {
        try
        {
            var decoded = ObjectDecoder.Decode(Kinds.Pods, pod, []);
            Defaults.Apply(Kinds.Pods, decoded);
            return decoded;
        }
        catch (StatusException)
        {
            return null;
        }
    }
}
