using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The groups of users, which the API server derives from their names.</summary>
public sealed class KubernetesUserTests
{
    [Theory]
    [InlineData("alice", "system:authenticated")]
    [InlineData("masterclient", "system:masters,system:authenticated")]
    [InlineData("system:node:aks-1", "system:nodes,system:authenticated")]
    [InlineData("system:serviceaccount:apps:one", "system:serviceaccounts,system:serviceaccounts:apps,system:authenticated")]
    public void FromName_OfEachKindOfUser_HasItsGroups(string name, string groups) => Assert.Equal(groups, string.Join(',', UserInfo.FromName(name).Groups));
}
