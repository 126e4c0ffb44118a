using TenantSandbox.AksTwin;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>The roles in infra grant exactly what the app needs in the whole life of a tenant.</summary>
public sealed class PermissionTests(TenantLife life) : IClassFixture<TenantLife>
{
    /// <summary>What is granted and never called, with the reason.</summary>
    private static readonly Dictionary<string, string> Linked = new(StringComparer.Ordinal)
    {
        ["Microsoft.Network/virtualNetworks/subnets/join/action"] =
            "Azure checks it of whoever writes an agent pool with a subnet (LinkedAuthorizationFailed); there is no call of that name.",
    };

    /// <summary>What is called and needs no grant, with the reason.</summary>
    private static readonly Dictionary<string, string> OpenToAll = new(StringComparer.Ordinal)
    {
        ["create selfsubjectreviews.authentication.k8s.io"] = "Kubernetes' own ClusterRole system:basic-user grants it to every authenticated user.",
    };

    [Fact]
    public void CustomRoles_Actions_AreThoseThatTheAppNeeds()
    {
        Assert.Equal([], GrantedPermissions.Missing(life.Actions, GrantedPermissions.Actions()));
        Assert.Equal(Linked.Keys, GrantedPermissions.Unused(life.Actions, GrantedPermissions.Actions()));
    }

    [Fact]
    public void ClusterRole_Verbs_AreThoseThatTheAppNeeds()
    {
        Assert.Equal(OpenToAll.Keys, GrantedPermissions.Missing(life.Accesses, GrantedPermissions.Verbs()));
        Assert.Equal("", string.Join("; ", GrantedPermissions.Unused(life.Accesses, GrantedPermissions.Verbs())));
    }

    [Fact]
    public void CustomRoles_WithoutAnyOneAction_LackIt()
    {
        var granted = GrantedPermissions.Actions();
        foreach (var action in granted.Where(g => !Linked.ContainsKey(g.Action)))
        {
            var missing = GrantedPermissions.Missing(life.Actions, [.. granted.Where(g => g != action)]);
            Assert.NotEmpty(missing);
            Assert.All(missing, m => Assert.StartsWith($"{action.Action} at ", m, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void ClusterRole_WithoutAnyOneVerb_LacksIt()
    {
        var granted = GrantedPermissions.Verbs();
        foreach (var verb in granted)
        {
            var missing = GrantedPermissions.Missing(life.Accesses, [.. granted.Where(g => g != verb)]);
            Assert.Equal([(verb with { Name = null }).ToString()], missing.Except(OpenToAll.Keys));
        }
    }

    [Fact]
    public void Unused_MoreThanIsNeeded_NamesIt()
    {
        GrantedAction[] actions = [.. GrantedPermissions.Actions(), new("Microsoft.ContainerService/managedClusters", "Microsoft.ContainerService/managedClusters/write")];
        GrantedVerb[] verbs = [.. GrantedPermissions.Verbs(), new("rbac.authorization.k8s.io", "clusterroles", "escalate")];

        Assert.Equal(["Microsoft.ContainerService/managedClusters/write"], GrantedPermissions.Unused(life.Actions, actions).Except(Linked.Keys));
        Assert.Equal(["escalate clusterroles.rbac.authorization.k8s.io"], GrantedPermissions.Unused(life.Accesses, verbs));
    }

    [Theory]
    [InlineData("/subscriptions/1", false)]
    [InlineData("/subscriptions/1/resourceGroups/rg", false)]
    [InlineData("/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters", false)]
    [InlineData("/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks", true)]
    [InlineData("/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks/agentPools", true)]
    [InlineData("/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/kata1", true)]
    [InlineData("/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s", false)]
    public void Missing_ActionAtAScope_IsGrantedAtTheClusterAndBelowOnly(string scope, bool isGranted)
    {
        const string Action = "Microsoft.ContainerService/managedClusters/read";

        var missing = GrantedPermissions.Missing([new ArmAction("app", Action, scope)], [new GrantedAction("Microsoft.ContainerService/managedClusters", Action)]);

        Assert.Equal(isGranted ? [] : new[] { $"{Action} at {scope}" }, missing);
    }
}
