using k8s.Models;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class NamespaceBlockersTests
{
    [Fact]
    public void Describe_Conditions_AreQuotedWithThePods()
    {
        var found = Terminating();
        found.Status = new V1NamespaceStatus
        {
            Conditions =
            [
                new V1NamespaceCondition { Status = "True", Type = "NamespaceFinalizersRemaining", Message = "finalizers remain: x/y in 1 resource instances" },
                new V1NamespaceCondition { Status = "False", Type = "NamespaceContentRemaining", Message = "all gone" },
            ],
        };
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "web-1", Finalizers = ["x/y"] } };

        Assert.Equal(
            "NamespaceFinalizersRemaining: finalizers remain: x/y in 1 resource instances; pod web-1 is held by x/y",
            NamespaceBlockers.Describe(found, [pod]));
    }

    [Fact]
    public void Describe_ManyPods_NamesAFewAndCountsTheRest()
    {
        V1Pod[] pods = [.. Enumerable.Range(0, 8).Select(i => new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = $"web-{i}", DeletionTimestamp = DateTime.UnixEpoch },
        })];

        var text = NamespaceBlockers.Describe(Terminating(), pods);

        Assert.StartsWith("pod web-0 is terminating; ", text, StringComparison.Ordinal);
        Assert.EndsWith("; and 3 more pods", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_NothingLeft_NamesTheFinalizers() =>
        Assert.Equal("namespace tenant-acme is terminating, finalizers: kubernetes", NamespaceBlockers.Describe(Terminating(), []));

    [Fact]
    public void Describe_NotTerminating_SaysSo()
    {
        var found = Terminating();
        found.Metadata.DeletionTimestamp = null;

        Assert.Contains("was not requested", NamespaceBlockers.Describe(found, []), StringComparison.Ordinal);
    }

    private static V1Namespace Terminating() => new()
    {
        Metadata = new V1ObjectMeta { Name = "tenant-acme", DeletionTimestamp = DateTime.UnixEpoch },
        Spec = new V1NamespaceSpec { Finalizers = ["kubernetes"] },
    };
}
