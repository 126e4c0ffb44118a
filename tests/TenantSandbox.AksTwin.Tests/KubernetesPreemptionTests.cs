using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Pods that displace others of lower priority, and DaemonSets, whose pods come back.</summary>
public sealed class KubernetesPreemptionTests : IAsyncLifetime
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Sets = "/apis/apps/v1/namespaces/default/daemonsets";

    // Two don't fit a node with four processors, of which a part is reserved.
    private const string Half = """{"requests":{"cpu":"2","memory":"64Mi"},"limits":{"cpu":"2","memory":"64Mi"}}""";
    private const string Quarter = """{"requests":{"cpu":"900m","memory":"64Mi"},"limits":{"cpu":"900m","memory":"64Mi"}}""";

    private KubernetesServer _api = null!;

    public async Task InitializeAsync()
    {
        _api = await KubernetesServer.StartTwinAsync(nodes: 1);
        foreach (var (name, value, policy) in new[] { ("low", -100, "Never"), ("middle", 50, "PreemptLowerPriority"), ("high", 100, "PreemptLowerPriority"), ("polite", 100, "Never") })
        {
            var created = await _api.PostAsync(
                "/apis/scheduling.k8s.io/v1/priorityclasses", $$"""{"metadata":{"name":"{{name}}"},"value":{{value}},"preemptionPolicy":"{{policy}}"}""");
            Assert.Equal(201, created.Status);
        }
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("low", "middle", true)]
    [InlineData("low", "", true)]
    [InlineData("middle", "high", true)]
    [InlineData("middle", "middle", false)]
    [InlineData("high", "middle", false)]
    [InlineData("low", "polite", false)]
    public async Task Pod_NodeIsFull_DisplacesOnlyLowerPriorities(string first, string second, bool isDisplaced)
    {
        await CreateAsync("first", first, Half);
        await CreateAsync("second", second, Half);

        var placed = isDisplaced ? "second" : "first";
        Assert.Equal([placed], await PlacedAsync());
        Assert.Equal(isDisplaced ? ["second"] : ["first", "second"], await NamesAsync());
    }

    [Fact]
    public async Task Pod_NodeIsFull_DisplacesNoMoreThanNeededAndTheLowestFirst()
    {
        await CreateAsync("low-1", "low", Quarter);
        await CreateAsync("low-2", "low", Quarter);
        await CreateAsync("middle-1", "middle", Quarter);
        await CreateAsync("middle-2", "middle", Quarter);

        await CreateAsync("high-1", "high", Quarter);

        Assert.Equal(4, (await PlacedAsync()).Length);
        Assert.Superset(new HashSet<string> { "middle-1", "middle-2", "high-1" }, (await PlacedAsync()).ToHashSet());
    }

    [Fact]
    public async Task DaemonSet_NodesThatComeAndGo_HasAPodOnEachThatItMayRunOn()
    {
        Assert.Equal(201, (await _api.PostAsync(Sets, DaemonSet("low"))).Status);
        Assert.Equal((1, 1), await StatusAsync());

        _api.Twin!.AddNode(KubernetesServer.Node("aks-kata-1"));
        Assert.Equal((2, 2), await StatusAsync());

        _api.Twin.RemoveNode("aks-kata-1");
        Assert.Equal((1, 1), await StatusAsync());
        Assert.Equal(["aks-kata-0"], await NodesAsync());

        await _api.MergeAsync(Sets + "/holder", """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"none"}}}}}""");
        Assert.Equal((0, 0), await StatusAsync());
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task DaemonSet_NewTemplate_ReplacesItsPods()
    {
        await _api.PostAsync(Sets, DaemonSet("low"));
        var before = Assert.Single(await NamesAsync());

        await _api.MergeAsync(Sets + "/holder", """{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}""");

        Assert.NotEqual(before, Assert.Single(await NamesAsync()));
        Assert.Equal((1, 1), await StatusAsync());
        Assert.Equal(200, (await _api.SendAsync("DELETE", Sets + "/holder")).Status);
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task DaemonSet_PodIsDisplaced_ComesBackWhenThereIsRoomAgainAndNeedsNoNode()
    {
        await _api.PostAsync(Sets, DaemonSet("low"));
        Assert.True(_api.Twin!.IsIdle("aks-kata-0"));

        await CreateAsync("probe", "", Half);

        Assert.Equal(["probe"], await PlacedAsync());
        Assert.Equal(2, (await NamesAsync()).Length);
        Assert.Equal((1, 0), await StatusAsync());
        Assert.False(_api.Twin.IsIdle("aks-kata-0"));
        Assert.Equal(0, _api.Twin.CountNodesNeeded(KubernetesServer.Node("aks-kata-1"), 5));

        await _api.SendAsync("DELETE", Pods + "/probe?gracePeriodSeconds=0");

        Assert.Equal((1, 1), await StatusAsync());
    }

    /// <summary>A pod that waits for a node gets none of the room that a DaemonSet keeps, because its pod is there before the node is ready.</summary>
    [Fact]
    public async Task DaemonSet_PodsWaitForANode_ComesFirst()
    {
        await _api.PostAsync(Sets, DaemonSet("low", """ "nodeSelector":{"kubernetes.azure.com/kata-vm-isolation":"true"},"tolerations":[{"operator":"Exists"}], """));
        await CreateAsync("filler", "polite", Quarter);
        await CreateAsync("waiting", "polite", Half);
        Assert.DoesNotContain("waiting", await PlacedAsync());

        _api.Twin!.AddNode(KubernetesServer.Node("aks-kata-1"));

        Assert.Equal((2, 2), await StatusAsync());
        Assert.DoesNotContain("waiting", await PlacedAsync());
    }

    private static string DaemonSet(string priorityClass, string more = """ "tolerations":[{"key":"sandbox","operator":"Exists"}], """) => $$"""
        {"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"holder"},"spec":{"selector":{"matchLabels":{"app":"holder"} },
        "template":{"metadata":{"labels":{"app":"holder"} },"spec":{"priorityClassName":"{{priorityClass}}","terminationGracePeriodSeconds":0, {{more}}
        "containers":[{"name":"c","image":"registry.k8s.io/pause:3.9","resources":{{Half}} }] } } } }
        """;

    private async Task CreateAsync(string name, string priorityClass, string resources)
    {
        var extra = $"\"terminationGracePeriodSeconds\":0,{(priorityClass.Length == 0 ? "" : $"\"priorityClassName\":\"{priorityClass}\",")}";
        Assert.Equal(201, (await _api.PostAsync(Pods, Manifests.Pod(name, extra: extra, resources: resources))).Status);
    }

    private async Task<JsonObject[]> ListAsync() => [.. (await _api.GetAsync(Pods)).Body.GetObjects("items")];

    private async Task<string[]> NamesAsync() => [.. (await ListAsync()).Select(p => p.GetString("metadata", "name")!).Order(StringComparer.Ordinal)];

    private async Task<string[]> PlacedAsync() =>
        [.. (await ListAsync()).Where(p => p.GetString("spec", "nodeName") is not null).Select(p => p.GetString("metadata", "name")!).Order(StringComparer.Ordinal)];

    private async Task<string[]> NodesAsync() => [.. (await ListAsync()).Select(p => p.GetString("spec", "nodeName")).OfType<string>()];

    private async Task<(long Desired, long Ready)> StatusAsync()
    {
        var set = (await _api.GetAsync(Sets + "/holder")).Body;
        return (set.GetInteger("status", "desiredNumberScheduled") ?? -1, set.GetInteger("status", "numberReady") ?? -1);
    }
}
