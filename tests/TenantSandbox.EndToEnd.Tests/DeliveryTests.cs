using System.Net;
using System.Net.Http.Json;
using System.Text;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>At-least-once delivery, out of order, through several doors: what senders and Event Grid do.</summary>
[Collection(SharedSystemCollection.Name)]
public sealed class DeliveryTests(SharedSystem shared) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => shared.System.OffboardAllAsync();

    [Fact]
    public async Task SameRequest_HundredTimesThroughThreeDoorsAtOnce_IsOneTenantAndOneOperation()
    {
        var system = shared.System;
        var puts = system.Twin.Calls.Total("arm.agentPools.put");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var request = TenantRequests.Onboard("hundred");
            switch (i % 3)
            {
                case 0:
                    using (var response = await system.DeliverAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString()))
                    {
                        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
                    }

                    break;
                case 1:
                    await shared.Storage.SendAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString());
                    break;
                default:
                    using (var response = await system.Http.PostAsJsonAsync("/api/tenants", request))
                    {
                        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
                    }

                    break;
            }
        }));
        await shared.Storage.WaitUntilEmptyAsync();
        await system.WaitUntilNothingRunsAsync();
        var tenant = await system.SettleAsync("hundred");

        Assert.Equal(TenantPhase.Ready, tenant.Phase);
        Assert.Equal(1, (await system.GetJsonAsync("/api/tenants/hundred")).GetProperty("incarnation").GetInt32());
        Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout("tenants/hundred"));
        Assert.Equal(puts + 1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Queue_PlainBase64AndBareRequests_AreAllAccepted()
    {
        var system = shared.System;
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("encoded")).ToJsonString()));
        var bare = TenantRequests.Onboard("bare");
        bare["kind"] = "onboard";

        await shared.Storage.SendAsync(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("plain")).ToJsonString());
        await shared.Storage.SendAsync(base64);
        await shared.Storage.SendAsync(bare.ToJsonString());

        foreach (var tenant in (string[])["plain", "encoded", "bare"])
        {
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync(tenant)).Phase);
        }
    }

    [Fact]
    public async Task Revisions_OutOfOrder_TheOlderOneChangesNothing()
    {
        var system = shared.System;

        using var newer = await system.OnboardAsync("outoforder", revision: 5);
        await system.SettleAsync("outoforder");
        using var older = await system.OnboardAsync("outoforder", revision: 4);
        var tenant = await system.SettleAsync("outoforder");
        using var conflicting = await system.Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard("outoforder", revision: 5, image: "registry.example/other:2"));

        Assert.Equal(HttpStatusCode.Accepted, newer.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, older.StatusCode);
        Assert.Equal(5, tenant.Revision);
        Assert.Equal(HttpStatusCode.Conflict, conflicting.StatusCode);
        var spec = (await system.GetJsonAsync("/api/tenants/outoforder")).GetProperty("spec");
        Assert.Equal("registry.example/app:1", spec.GetProperty("workloads")[0].GetProperty("image").GetString());
    }

    [Fact]
    public async Task Onboard_AfterOffboarding_IsRefusedWhenOlderAndANewIncarnationWhenNewer()
    {
        var system = shared.System;
        using var onboarding = await system.OnboardAsync("returning", revision: 1);
        await system.SettleAsync("returning");
        using var offboarding = await system.Http.DeleteAsync(new Uri("/api/tenants/returning?revision=2", UriKind.Relative));
        await system.SettleAsync("returning");

        using var lateEvent = await system.DeliverAsync(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("returning", revision: 1), id: "late").ToJsonString());
        using var lateRequest = await system.OnboardAsync("returning", revision: 2);
        await system.WaitUntilNothingRunsAsync();
        var offboarded = await system.SettleAsync("returning");
        var leftovers = await system.FindLeftoversAsync("returning");
        using var again = await system.OnboardAsync("returning", revision: 3);
        var ready = await system.SettleAsync("returning");

        Assert.True(lateEvent.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.Gone, lateRequest.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, offboarded.Phase);
        Assert.Empty(leftovers);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(TenantPhase.Ready, ready.Phase);
        Assert.Equal(2, (await system.GetJsonAsync("/api/tenants/returning")).GetProperty("incarnation").GetInt32());
    }

    [Fact]
    public async Task Offboard_WhileOnboardingRuns_WaitsForItToEnd()
    {
        var system = shared.System;

        using var onboarding = await system.OnboardAsync("hasty");
        using var offboarding = await system.OffboardAsync("hasty");
        var tenant = await system.SettleAsync("hasty");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(HttpStatusCode.Accepted, offboarding.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Equal("tenantsandbox.tenant.offboarded", system.EventsAbout("tenants/hasty")[^1]);
        Assert.Empty(await system.FindLeftoversAsync("hasty"));
    }
}
