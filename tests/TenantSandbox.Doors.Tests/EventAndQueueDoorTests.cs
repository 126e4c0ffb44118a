using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Requests;

namespace TenantSandbox.Doors.Tests;

public sealed class EventAndQueueDoorTests(DoorHost host) : IClassFixture<DoorHost>
{
    private static readonly string OnboardType = EventTypes.Requested(TenantRequestKind.Onboard);
    private static readonly string OffboardType = EventTypes.Requested(TenantRequestKind.Offboard);

    [Fact]
    public async Task Deliver_BatchWithBadOnes_CarriesOutTheGoodOnesAndKeepsTheBad()
    {
        var kept = host.Rejected.Count;
        var batch = $"""[{Requests.Event("other.type", "{}", "1")},{Requests.Event(OnboardType, Requests.Hopeless("batch"), "2")},{Requests.Event(OnboardType, "{}", "3")}]""";
        Assert.Equal(202, await host.DeliverAsync(batch));
        await host.EndOfAsync(new RequestIdentity("/test", "2").ToInstanceId());
        Assert.Equal(200, (await host.GetAsync("/api/tenants/batch")).Status);
        Assert.Equal(kept + 2, host.Rejected.Count);
        Assert.Equal((nameof(OnTenantEvent), 4), (host.Rejected.Last.Door, host.Rejected.Last.Faults.Count));
        Assert.All(host.Rejected.Last.Faults, x => Assert.StartsWith("/data/", x.Pointer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SameRequest_HundredTimesByEveryDoorAtOnce_IsOneTenantAndOneOperation()
    {
        var request = Requests.Hopeless("one");
        var cloudEvent = Requests.Event(OnboardType, request, "e1");
        var posts = new List<Task<Answer>>();
        var others = new List<Task>();
        for (var i = 0; i < 25; i++)
        {
            posts.Add(host.PostAsync(request));
            others.Add(host.DeliverAsync($"[{cloudEvent},{cloudEvent}]"));
            others.Add(host.EnqueueAsync(i % 2 == 0 ? cloudEvent : Requests.Base64(cloudEvent)));
            others.Add(host.EnqueueAsync(Requests.Bare("onboard", request)));
        }

        await Task.WhenAll(others);
        var answers = await Task.WhenAll(posts);
        Assert.All(answers, x => Assert.True(x.Status is 200 or 202));
        Assert.InRange(answers.Count(x => x.Status == 202), 0, 1);
        await host.EndOfAsync("one.1.1.onboard");
        Assert.Single(await host.ListStateAsync(), x => x.StartsWith("one.", StringComparison.Ordinal));
        Assert.Single(await host.ListStateAsync(), x => x == "@tenantentity@one");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Enqueue_EitherFormEitherEncoding_IsCarriedOut(bool isEvent, bool isBase64)
    {
        var tenant = $"queue-{isEvent}-{isBase64}".ToLowerInvariant();
        var text = isEvent ? Requests.Event(OnboardType, Requests.Hopeless(tenant), tenant) : Requests.Bare("onboard", $$"""{"id":"{{tenant}}",{{Requests.Hopeless(tenant)[1..]}}""");
        await host.EnqueueAsync(isBase64 ? Requests.Base64(text) : text);
        await host.EndOfAsync(new RequestIdentity(isEvent ? "/test" : "queue:tenant-requests", tenant).ToInstanceId());
        Assert.Equal(200, (await host.GetAsync($"/api/tenants/{tenant}")).Status);
    }

    [Fact]
    public async Task Enqueue_OffboardWithoutRevisionInTheNextLife_IsAnotherRequest()
    {
        const string Offboard = """{"kind":"offboard","tenantId":"lives"}""";
        await host.PostAsync(Requests.Hopeless("lives", 1));
        await host.EndOfAsync("lives.1.1.onboard");
        await host.EnqueueAsync(Offboard, "m1");
        await host.EndOfAsync(new RequestIdentity("queue:tenant-requests", "message:m1").ToInstanceId());
        await host.EndOfAsync("lives.1.2.offboard");
        await host.PostAsync(Requests.Hopeless("lives", 3));
        await host.EndOfAsync("lives.2.3.onboard");

        await host.EnqueueAsync(Offboard, "m1");
        Assert.Equal("\"3\"", (await host.GetAsync("/api/tenants/lives")).ETag);
        await host.EnqueueAsync(Offboard, "m2");
        await host.EndOfAsync(new RequestIdentity("queue:tenant-requests", "message:m2").ToInstanceId());
        Assert.Equal("\"4\"", (await host.GetAsync("/api/tenants/lives")).ETag);
    }

    [Fact]
    public async Task Poison_Any_IsKeptAsItCame()
    {
        await host.PoisonAsync("anything at all");
        Assert.Equal((QueueNames.Poison, "anything at all", "handlingFailed"), (host.Rejected.Last.Door, host.Rejected.Last.Message, host.Rejected.Last.Faults[0].Code));
    }

    [Fact]
    public async Task Rejected_TooLongToQuote_IsKeptWholeBesideItsReason()
    {
        var text = "{" + new string('"', 60_000);
        await host.EnqueueAsync(text);
        Assert.Equal(text, host.Rejected.Texts[^2]);
        Assert.Null(host.Rejected.Last.Message);
    }

    [Fact]
    public async Task Rejected_OffboardEventWithoutTenant_SaysWhere()
    {
        await host.DeliverAsync($"[{Requests.Event(OffboardType, """{"revision":1}""", "no-tenant")}]");
        Assert.Equal(new RequestFault("/data/tenantId", RequestFaultCodes.Required, "\"tenantId\" is required."), host.Rejected.Last.Faults.Single());
    }
}
