using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class OwnershipTests
{
    private static readonly TenantNamespaceRef Second = new("acme", 2, "west-1");

    [Fact]
    public void Require_SameLife_IsAccepted()
    {
        var found = Namespace("tenantsandbox", "acme", 2);

        Ownership.Require(found, "tenantsandbox", Second);

        Assert.True(Ownership.IsOurs(found, "tenantsandbox", Second));
    }

    [Theory]
    [InlineData("tenantsandbox", "acme", 1)]
    [InlineData("tenantsandbox", "acme", 3)]
    [InlineData("tenantsandbox", "other", 2)]
    [InlineData("blue", "acme", 2)]
    public void Require_OtherLabels_IsRefused(string owner, string tenant, int incarnation) =>
        Assert.Equal("NamespaceNotOwned", Assert.Throws<InvalidException>(
            () => Ownership.Require(Namespace(owner, tenant, incarnation), "tenantsandbox", Second)).Code);

    [Fact]
    public void Require_NoLabels_IsRefusedAndSaysWhose()
    {
        var found = new V1Namespace { Metadata = new V1ObjectMeta { Name = "tenant-acme" } };

        var refused = Assert.Throws<InvalidException>(() => Ownership.Require(found, "tenantsandbox", Second));

        Assert.Contains("not made by this system", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Require_TerminatingLifeOfTheTenant_IsForLater(int incarnation)
    {
        var found = Namespace("tenantsandbox", "acme", incarnation);
        found.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Equal("NamespaceTerminating", Assert.Throws<ConflictException>(() => Ownership.Require(found, "tenantsandbox", Second)).Code);
    }

    [Fact]
    public void Require_TerminatingForeignNamespace_IsRefused()
    {
        var found = Namespace("blue", "acme", 1);
        found.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Throws<InvalidException>(() => Ownership.Require(found, "tenantsandbox", Second));
    }

    private static V1Namespace Namespace(string owner, string tenant, int incarnation) =>
        new() { Metadata = new V1ObjectMeta { Name = "tenant-acme", Labels = Labels.Of(owner, tenant, incarnation) } };
}
