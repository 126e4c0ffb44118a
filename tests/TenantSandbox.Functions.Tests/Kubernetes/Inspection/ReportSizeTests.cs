using System.Text.Json;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Inspection;

namespace TenantSandbox.Functions.Tests.Kubernetes.Inspection;

public sealed class ReportSizeTests
{
    [Theory]
    [InlineData(1, 20)]
    [InlineData(60, 20)]
    [InlineData(100, 3)]
    public void Limit_ManyFindings_FitsAndCountsWhatIsLeftOut(int tenants, int findings)
    {
        TenantObservation[] all = [.. Enumerable.Range(0, tenants).Select(t => new TenantObservation(
            $"tenant-{t}", 1, NamespaceCondition.Present, 0, 1,
            [.. Enumerable.Range(0, findings).Select(f => new Finding(FindingKind.FieldChanged, $"Deployment/web-{f:00}", "spec.x", new string('m', 500), true))]))];

        var limited = ReportSize.Limit(all);

        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(limited).Length, 1, 16 * 1024);
        Assert.All(limited, o => Assert.Equal(findings, o.Findings.Count + o.OmittedFindings));
        Assert.All(limited.SelectMany(o => o.Findings), f => Assert.InRange(f.Message.Length, 1, 200));
    }

    [Fact]
    public void Limit_FewFindings_AreSortedByKindAndObject()
    {
        TenantObservation one = new("acme", 1, NamespaceCondition.Present, 0, 1, [
            new(FindingKind.PodNotReady, "Pod/b", null, "m", false), new(FindingKind.ObjectMissing, "Service/b", null, "m", true),
            new(FindingKind.ObjectMissing, "Service/a", null, "m", true)]);

        Assert.Equal(["Service/a", "Service/b", "Pod/b"], ReportSize.Limit([one])[0].Findings.Select(f => f.Object));
    }
}
