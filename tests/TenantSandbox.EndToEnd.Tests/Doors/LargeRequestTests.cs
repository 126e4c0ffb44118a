using System.Text.Json;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>The largest request at each door, and one that is larger.</summary>
[Collection(DoorCollection.Name)]
public sealed class LargeRequestTests(DoorSystem doors)
{
    [Fact]
    public async Task Post_LargestRequest_IsAcceptedAndOneByteMoreIsNot()
    {
        Assert.Equal(202, (await doors.PostAsync(Large("large-http", RequestLimits.MaxRequestBytes))).Status);
        Assert.Equal(413, (await doors.PostAsync(Large("larger-http", RequestLimits.MaxRequestBytes + 1))).Status);
        Assert.Equal((200, 404), ((await doors.GetAsync("/api/tenants/large-http")).Status, (await doors.GetAsync("/api/tenants/larger-http")).Status));
    }

    [Fact]
    public async Task Deliver_LargestRequest_IsAcceptedAndALargerOneIsKeptWhole()
    {
        var larger = DoorRequests.Event(DoorRequests.OnboardType, Large("larger-event", RequestLimits.MaxRequestBytes + 1), "larger-event");
        var accepted = DoorRequests.Event(DoorRequests.OnboardType, Large("large-event", RequestLimits.MaxRequestBytes), "large-event");

        Assert.Equal(202, await doors.DeliverAsync($"[{accepted},{larger}]"));

        var parts = await TakePartsAsync();
        Assert.Equal("tooLarge", Assert.Single(parts[0].GetProperty("faults").EnumerateArray()).GetProperty("code").GetString());
        Assert.Contains("larger-event", string.Concat(parts.Select(p => p.GetProperty("message").GetString())), StringComparison.Ordinal);
        await AssertOnlyAsync("large-event", "larger-event");
    }

    [Fact]
    public async Task Enqueue_LargestMessage_IsAcceptedAndALargerOneIsKeptWhole()
    {
        var overhead = DoorRequests.Bare("onboard", "{}").Length - "{}".Length;
        var accepted = DoorRequests.Bare("onboard", Large("large-queue", RequestLimits.MaxQueueMessageBytes - overhead));
        var larger = DoorRequests.Bare("onboard", Large("larger-queue", RequestLimits.MaxQueueMessageBytes - overhead + 1));
        Assert.Equal(RequestLimits.MaxQueueMessageBytes, accepted.Length);
        await doors.EnqueueAsync(DoorRequests.Base64(accepted));
        await doors.EnqueueAsync(larger);

        var parts = await TakePartsAsync();
        Assert.Equal("tooLarge", Assert.Single(parts[0].GetProperty("faults").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(larger, string.Concat(parts.Select(p => p.GetProperty("message").GetString())));
        await doors.AssertNothingRejectedAsync();
        await AssertOnlyAsync("large-queue", "larger-queue");
    }

    /// <summary>Waits for one tenant; the other must not exist.</summary>
    private async Task AssertOnlyAsync(string accepted, string refused)
    {
        await doors.System.WaitForAsync(() => doors.System.GetAsync(accepted), $"tenant {accepted}");
        Assert.Equal(404, (await doors.GetAsync($"/api/tenants/{refused}")).Status);
    }

    private async Task<JsonElement[]> TakePartsAsync()
    {
        var texts = await doors.TakeRejectedAsync(1);
        var missing = JsonSerializer.Deserialize<JsonElement>(texts[0]).GetProperty("parts").GetInt32() - texts.Count;
        return
        [
            .. texts.Concat(await doors.TakeRejectedAsync(missing)).Select(text => JsonSerializer.Deserialize<JsonElement>(text))
                .OrderBy(p => p.GetProperty("part").GetInt32()),
        ];
    }

    /// <summary>A valid request of exactly so many bytes, of which environment values take the most.</summary>
    private static string Large(string tenantId, int bytes)
    {
        var request = DoorRequests.Failing(tenantId);
        var workloads = string.Join(',', Enumerable.Range(0, 2).Select(w =>
            $$$"""{"name":"w{{{w}}}","image":"registry.example/web:1","cpu":"1","memory":"512Mi","env":{{{{string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"V{i}\":\"@@\""))}}}}}"""));
        var text = request[..request.IndexOf("\"workloads\"", StringComparison.Ordinal)] + $"\"workloads\":[{workloads}]}}";
        var missing = bytes - text.Replace("@@", "", StringComparison.Ordinal).Length;
        for (var left = 100; left > 0; left--)
        {
            var length = missing / left;
            var at = text.IndexOf("@@", StringComparison.Ordinal);
            text = text.Remove(at, 2).Insert(at, new string('x', length));
            missing -= length;
        }

        return text;
    }
}
