using System.Text.Json;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.EndToEnd.Tests.Doors;

[Collection(DoorCollection.Name)]
public sealed class EventAndQueueTests(DoorSystem doors)
{
    [Fact]
    public async Task Deliver_BatchWithInvalidEvents_HandlesTheValidAndRejectsTheRest()
    {
        var batch = $"""[{DoorRequests.Event("other.type", "{}", "1")},{DoorRequests.Event(DoorRequests.OnboardType, DoorRequests.Failing("batch"), "2")},{DoorRequests.Event(DoorRequests.OnboardType, "{}", "3")}]""";

        Assert.Equal(202, await doors.DeliverAsync(batch));
        await doors.EndOfAsync(new RequestIdentity("/test", "2").ToInstanceId());
        var rejected = (await doors.TakeRejectedAsync(2)).Select(text => JsonSerializer.Deserialize<JsonElement>(text)).ToArray();

        Assert.Equal(200, (await doors.GetAsync("/api/tenants/batch")).Status);
        Assert.All(rejected, entry => Assert.Equal("OnTenantEvent", entry.GetProperty("door").GetString()));
        var faults = rejected.Single(entry => entry.GetProperty("message").GetString()!.Contains("\"id\":\"3\"", StringComparison.Ordinal)).GetProperty("faults");
        Assert.Equal(4, faults.GetArrayLength());
        Assert.All(faults.EnumerateArray(), fault => Assert.StartsWith("/data/", fault.GetProperty("pointer").GetString()!, StringComparison.Ordinal));
        await doors.AssertNothingRejectedAsync();
    }

    [Fact]
    public async Task SameRequest_HundredTimesThroughEveryDoorAtOnce_IsOneTenantAndOneOperation()
    {
        var request = DoorRequests.Failing("one");
        var cloudEvent = DoorRequests.Event(DoorRequests.OnboardType, request, "e1");
        var posts = new List<Task<ApiResponse>>();
        var others = new List<Task>();
        for (var i = 0; i < 25; i++)
        {
            posts.Add(doors.PostAsync(request));
            others.Add(doors.DeliverAsync($"[{cloudEvent},{cloudEvent}]"));
            others.Add(doors.EnqueueAsync(i % 2 == 0 ? cloudEvent : DoorRequests.Base64(cloudEvent)));
            others.Add(doors.EnqueueAsync(DoorRequests.Bare("onboard", request)));
        }

        await Task.WhenAll(others);
        var responses = await Task.WhenAll(posts);
        await doors.EndOfAsync("one.1.1.onboard");
        await doors.AssertNothingRejectedAsync();
        var instances = await doors.System.ListInstancesAsync();

        Assert.All(responses, response => Assert.True(response.Status is 200 or 202, $"{response.Status}"));
        Assert.InRange(responses.Count(response => response.Status == 202), 0, 1);
        Assert.Single(instances, id => id.StartsWith("one.", StringComparison.Ordinal));
        Assert.Single(instances, id => id == "@tenantentity@one");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Enqueue_EitherFormInEitherEncoding_IsHandled(bool isEvent, bool isBase64)
    {
        var tenant = $"queue-{isEvent}-{isBase64}".ToLowerInvariant();
        var text = isEvent
            ? DoorRequests.Event(DoorRequests.OnboardType, DoorRequests.Failing(tenant), tenant)
            : DoorRequests.Bare("onboard", $$"""{"id":"{{tenant}}",{{DoorRequests.Failing(tenant)[1..]}}""");

        await doors.EnqueueAsync(isBase64 ? DoorRequests.Base64(text) : text);
        await doors.System.WaitForAsync(() => doors.System.GetAsync(tenant), "the tenant");

        var submission = new RequestIdentity(isEvent ? "/test" : "queue:tenant-requests", tenant).ToInstanceId();
        Assert.Contains(submission, await doors.System.ListInstancesAsync());
    }

    [Fact]
    public async Task Enqueue_OffboardWithoutRevisionInTheNextIncarnation_IsAnotherRequest()
    {
        const string Offboard = """{"kind":"offboard","tenantId":"twice"}""";
        await doors.PostAsync(DoorRequests.Failing("twice", 1));
        await doors.EndOfAsync("twice.1.1.onboard");
        await doors.EnqueueAsync(Offboard);
        await doors.EndOfAsync("twice.1.2.offboard");
        await doors.PostAsync(DoorRequests.Failing("twice", 3));
        await doors.EndOfAsync("twice.2.3.onboard");

        await doors.EnqueueAsync(Offboard);
        await doors.EndOfAsync("twice.2.4.offboard");

        Assert.Equal("offboarded", (await doors.GetAsync("/api/tenants/twice")).Text("phase"));
    }

    [Fact]
    public async Task Deliver_OffboardWithoutTenant_IsRejectedWithThePointer()
    {
        await doors.DeliverAsync($"[{DoorRequests.Event(DoorRequests.OffboardType, """{"revision":1}""", "no-tenant")}]");

        var rejected = JsonSerializer.Deserialize<JsonElement>((await doors.TakeRejectedAsync(1))[0]);
        var fault = Assert.Single(rejected.GetProperty("faults").EnumerateArray());
        Assert.Equal(("/data/tenantId", "required"), (fault.GetProperty("pointer").GetString(), fault.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Enqueue_TooLongToQuote_IsKeptInPartsOfOneCorrelationId()
    {
        var text = "{" + new string('"', 40_000);
        await doors.EnqueueAsync(text);

        var parts = (await doors.TakeRejectedAsync(2)).Select(entry => JsonSerializer.Deserialize<JsonElement>(entry)).OrderBy(entry => entry.GetProperty("part").GetInt32()).ToArray();

        Assert.Equal(text, string.Concat(parts.Select(entry => entry.GetProperty("message").GetString())));
        Assert.All(parts, entry => Assert.Equal(2, entry.GetProperty("parts").GetInt32()));
        Assert.Single(parts.Select(entry => entry.GetProperty("correlationId").GetString()).Distinct());
    }
}
