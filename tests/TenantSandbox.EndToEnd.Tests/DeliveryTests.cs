using System.Net;
using System.Net.Http.Json;
using System.Text;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>At-least-once delivery, out of order, through several doors: what senders and Event Grid do.</summary>
[Collection(StorageEmulatorCollection.Name)]
public sealed class DeliveryTests(StorageEmulator storage)
{
    [Fact]
    public async Task SameRequest_HundredTimesThroughThreeDoorsAtOnce_IsOneTenantAndOneOperation()
    {
        await using var system = await TestSystem.StartAsync(storage.Attach);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var request = TenantRequests.Onboard("acme");
            switch (i % 3)
            {
                case 0:
                    using (var response = await system.DeliverAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString()))
                    {
                        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
                    }

                    break;
                case 1:
                    await storage.SendAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString());
                    break;
                default:
                    using (var response = await system.Http.PostAsJsonAsync("/api/tenants", request))
                    {
                        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
                    }

                    break;
            }
        }));
        await storage.WaitUntilEmptyAsync();
        await system.WaitUntilNothingRunsAsync();
        var tenant = await system.SettleAsync("acme");

        Assert.Equal(TenantPhase.Ready, tenant.Phase);
        Assert.Equal(1, (await system.GetJsonAsync("/api/tenants/acme")).GetProperty("incarnation").GetInt32());
        Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout("tenants/acme"));
        Assert.Equal(1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Queue_PlainBase64AndBareRequests_AreAllAccepted()
    {
        await using var system = await TestSystem.StartAsync(storage.Attach);
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("encoded")).ToJsonString()));
        var bare = TenantRequests.Onboard("bare");
        bare["kind"] = "onboard";

        await storage.SendAsync(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("plain")).ToJsonString());
        await storage.SendAsync(base64);
        await storage.SendAsync(bare.ToJsonString());

        foreach (var tenant in (string[])["plain", "encoded", "bare"])
        {
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync(tenant)).Phase);
        }
    }

    [Fact]
    public async Task Revisions_OutOfOrder_TheOlderOneChangesNothing()
    {
        await using var system = await TestSystem.StartAsync();

        using var newer = await system.OnboardAsync("acme", revision: 5);
        await system.SettleAsync("acme");
        using var older = await system.OnboardAsync("acme", revision: 4);
        var tenant = await system.SettleAsync("acme");
        using var conflicting = await system.Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard("acme", revision: 5, image: "registry.example/other:2"));

        Assert.Equal(HttpStatusCode.Accepted, newer.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, older.StatusCode);
        Assert.Equal(5, tenant.Revision);
        Assert.Equal(HttpStatusCode.Conflict, conflicting.StatusCode);
        var spec = (await system.GetJsonAsync("/api/tenants/acme")).GetProperty("spec");
        Assert.Equal("registry.example/app:1", spec.GetProperty("workloads")[0].GetProperty("image").GetString());
    }

    [Fact]
    public async Task Onboard_AfterOffboarding_IsRefusedWhenOlderAndANewIncarnationWhenNewer()
    {
        await using var system = await TestSystem.StartAsync();
        using var onboarding = await system.OnboardAsync("acme", revision: 1);
        await system.SettleAsync("acme");
        using var offboarding = await system.Http.DeleteAsync(new Uri("/api/tenants/acme?revision=2", UriKind.Relative));
        await system.SettleAsync("acme");

        using var lateEvent = await system.DeliverAsync(TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("acme", revision: 1), id: "late").ToJsonString());
        using var lateRequest = await system.OnboardAsync("acme", revision: 2);
        await system.WaitUntilNothingRunsAsync();
        var offboarded = await system.SettleAsync("acme");
        var leftovers = await system.FindLeftoversAsync("acme");
        using var again = await system.OnboardAsync("acme", revision: 3);
        var ready = await system.SettleAsync("acme");

        Assert.True(lateEvent.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.Gone, lateRequest.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, offboarded.Phase);
        Assert.Empty(leftovers);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(TenantPhase.Ready, ready.Phase);
        Assert.Equal(2, (await system.GetJsonAsync("/api/tenants/acme")).GetProperty("incarnation").GetInt32());
    }

    [Fact]
    public async Task Offboard_WhileOnboardingRuns_WaitsForItToEnd()
    {
        await using var system = await TestSystem.StartAsync();

        using var onboarding = await system.OnboardAsync("acme");
        using var offboarding = await system.OffboardAsync("acme");
        var tenant = await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(HttpStatusCode.Accepted, offboarding.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Equal("tenantsandbox.tenant.offboarded", system.EventsAbout("tenants/acme")[^1]);
        Assert.Empty(await system.FindLeftoversAsync("acme"));
    }
}
