using System.Net;
using System.Net.Http.Json;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>At-least-once delivery, without order, by several doors: what senders and Event Grid really do.</summary>
[Collection(QueueServerCollection.Name)]
public sealed class DeliveryTests(QueueServer queue)
{
    [Fact]
    public async Task SameRequest_HundredTimesByThreeDoorsAtOnce_IsOneTenantAndOneOperation()
    {
        await using var system = await TestSystem.StartAsync(queue.Attach);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var request = Requests.Onboard("acme");
            switch (i % 3)
            {
                case 0:
                    using (var answer = await system.PostEventAsync(Requests.CloudEvent("onboard", request)))
                        Assert.True(answer.IsSuccessStatusCode);
                    break;
                case 1:
                    await queue.SendAsync(Requests.CloudEvent("onboard", request).ToJsonString());
                    break;
                default:
                    using (var answer = await system.Http.PostAsJsonAsync("/api/tenants", request))
                        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
                    break;
            }
        }));
        await queue.WhenEmptyAsync();
        var state = await system.SettleAsync("acme");

        Assert.Equal(TenantPhase.Ready, state!.Phase);
        Assert.Equal(1, state.Incarnation);
        Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout("tenants/acme"));
        Assert.Equal(1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Queue_PlainAndBase64AndBareRequests_AreAllTaken()
    {
        await using var system = await TestSystem.StartAsync(queue.Attach);
        var base64 = Convert.ToBase64String(Requests.CloudEvent("onboard", Requests.Onboard("encoded")).ToJsonString().Select(c => (byte)c).ToArray());
        var bare = Requests.Onboard("bare");
        bare["kind"] = "onboard";

        await queue.SendAsync(Requests.CloudEvent("onboard", Requests.Onboard("plain")).ToJsonString());
        await queue.SendAsync(base64);
        await queue.SendAsync(bare.ToJsonString());
        await queue.WhenEmptyAsync();

        foreach (var tenant in (string[])["plain", "encoded", "bare"])
        {
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync(tenant))?.Phase);
        }
    }

    [Fact]
    public async Task Revisions_OutOfOrder_OlderOneChangesNothing()
    {
        await using var system = await TestSystem.StartAsync();

        using var newer = await system.OnboardAsync("acme", revision: 5);
        await system.SettleAsync("acme");
        using var older = await system.OnboardAsync("acme", revision: 4);
        var state = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, newer.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, older.StatusCode);
        Assert.Equal(5, state!.Revision);
    }

    [Fact]
    public async Task SameRevision_WithOtherContent_IsRefused()
    {
        await using var system = await TestSystem.StartAsync();
        using var first = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");

        using var second = await system.Http.PostAsJsonAsync("/api/tenants", Requests.Onboard("acme", image: "registry.example/other:2"));
        var state = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("registry.example/app:1", state!.Spec!.Workloads[0].Image);
    }

    [Fact]
    public async Task LateOnboard_AfterOffboarding_DoesNotBringTheTenantBack()
    {
        await using var system = await TestSystem.StartAsync();
        using var onboard = await system.OnboardAsync("acme", revision: 1);
        await system.SettleAsync("acme");
        using var offboard = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");

        using var late = await system.PostEventAsync(Requests.CloudEvent("onboard", Requests.Onboard("acme", revision: 1), id: "late"));
        using var lateByHttp = await system.OnboardAsync("acme", revision: 2);
        var state = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Gone, lateByHttp.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, state!.Phase);
        Assert.Empty(await system.LeftoversAsync("acme"));
    }

    [Fact]
    public async Task NewOnboard_AfterOffboarding_IsTheNextIncarnation()
    {
        await using var system = await TestSystem.StartAsync();
        using var onboard = await system.OnboardAsync("acme", revision: 1);
        await system.SettleAsync("acme");
        using var offboard = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");

        using var again = await system.OnboardAsync("acme", revision: 3);
        var state = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal((TenantPhase.Ready, 2), (state!.Phase, state.Incarnation));
    }

    [Fact]
    public async Task Offboard_WhileOnboardingRuns_WaitsItsTurn()
    {
        await using var system = await TestSystem.StartAsync();

        using var onboard = await system.OnboardAsync("acme");
        using var offboard = await system.OffboardAsync("acme");
        var state = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, offboard.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, state!.Phase);
        Assert.Equal("tenantsandbox.tenant.offboarded", system.EventsAbout("tenants/acme")[^1]);
        Assert.Empty(await system.LeftoversAsync("acme"));
    }
}
