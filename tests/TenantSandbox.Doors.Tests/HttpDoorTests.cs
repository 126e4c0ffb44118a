using TenantSandbox.Core.Requests;

namespace TenantSandbox.Doors.Tests;

public sealed class HttpDoorTests(DoorHost host) : IClassFixture<DoorHost>
{
    [Fact]
    public async Task Post_New_AnswersWhereToFollowAndThatWorks()
    {
        var accepted = await host.PostAsync(Requests.Hopeless("follow", 3));
        Assert.Equal((202, "/api/operations/follow.1.3.onboard", "2"), (accepted.Status, accepted.Location, accepted.RetryAfter));
        Assert.Equal(("accepted", "/api/tenants/follow"), (accepted.Text("outcome"), accepted.Text("tenant")));

        await host.EndOfAsync("follow.1.3.onboard");
        var operation = await host.GetAsync(accepted.Location!);
        Assert.Equal((200, "failed", "onboard", "follow"), (operation.Status, operation.Text("status"), operation.Text("kind"), operation.Text("tenantId")));
        Assert.Equal("NoClusterInRegion", operation.Body.GetProperty("error").GetProperty("code").GetString());

        var tenant = await host.GetAsync("/api/tenants/follow");
        Assert.Equal((200, "failed", "\"3\""), (tenant.Status, tenant.Text("phase"), tenant.ETag));
        Assert.Equal(accepted.Location, tenant.Body.GetProperty("lastOperation").GetProperty("href").GetString());
        Assert.False(tenant.Body.TryGetProperty("contentHash", out _));
    }

    [Fact]
    public async Task Post_Underway_ShowsStep()
    {
        var accepted = await host.PostAsync(Requests.Lasting("underway"));
        var operation = await host.GetAsync(accepted.Location!);
        Assert.Equal(200, operation.Status);
        Assert.True(operation.Text("status") is "pending" or "running");
        Assert.Equal("2", operation.RetryAfter);

        var waiting = await host.SendAsync(HttpMethod.Delete, "/api/tenants/underway", null);
        Assert.Equal((202, true), (waiting.Status, waiting.Body.GetProperty("waiting").GetBoolean()));
        var pending = await host.GetAsync(waiting.Location!);
        Assert.Equal((200, "pending", "underway.1.1.onboard"), (pending.Status, pending.Text("status"), pending.Text("waitingFor")));
    }

    [Fact]
    public async Task Post_SameAgain_IsDuplicate()
    {
        var first = await host.PostAsync(Requests.Hopeless("again"));
        var second = await host.PostAsync(Requests.Hopeless("again", cpu: "1000m"));
        Assert.Equal((202, 200, "duplicate"), (first.Status, second.Status, second.Text("outcome")));
        Assert.Equal(first.Location, second.Text("operation"));
    }

    [Fact]
    public async Task Post_SameRevisionOtherContent_SaysWhatDiffers()
    {
        await host.PostAsync(Requests.Hopeless("differs"));
        var second = await host.PostAsync(Requests.Hopeless("differs", replicas: 2, cpu: "2"));
        Assert.Equal((409, "conflict", "application/problem+json"), (second.Status, second.ProblemType, second.ContentType));
        Assert.Equal(["/workloads/0/cpu differs", "/workloads/0/replicas differs"], second.Errors);
        Assert.Equal((1, "/api/operations/differs.1.1.onboard"), (second.Body.GetProperty("currentRevision").GetInt64(), second.Text("operation")));
    }

    [Fact]
    public async Task Post_OlderRevision_IsStale()
    {
        await host.PostAsync(Requests.Hopeless("older", 5));
        var second = await host.PostAsync(Requests.Hopeless("older", 4));
        Assert.Equal((409, "stale-revision", 5), (second.Status, second.ProblemType, second.Body.GetProperty("currentRevision").GetInt64()));
    }

    [Fact]
    public async Task Post_SameKey_RepeatsTheAnswerAndRefusesAnotherRequest()
    {
        var first = await host.PostAsync(Requests.Hopeless("keyed"), "key-1");
        var same = await host.PostAsync(Requests.Hopeless("keyed"), "key-1");
        var other = await host.PostAsync(Requests.Hopeless("keyed", 2), "key-1");
        Assert.Equal((202, 202, first.Location), (first.Status, same.Status, same.Location));
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.ProblemType));
        Assert.Equal("\"1\"", (await host.GetAsync("/api/tenants/keyed")).ETag);
    }

    [Fact]
    public async Task GetOperation_OfASubmission_LeadsToTheOperation()
    {
        await host.PostAsync(Requests.Hopeless("submitted"), "submitted-1");
        var submission = await host.GetAsync($"/api/operations/{new RequestIdentity("http", "key:submitted-1").ToInstanceId()}");
        Assert.Equal((200, "submit", "succeeded", "submitted"), (submission.Status, submission.Text("kind"), submission.Text("status"), submission.Text("tenantId")));
        Assert.Equal("/api/operations/submitted.1.1.onboard", submission.Text("result"));
    }

    [Fact]
    public async Task Post_AfterOffboarding_IsGone()
    {
        await host.PostAsync(Requests.Hopeless("late", 1));
        await host.EndOfAsync("late.1.1.onboard");
        var delete = await host.SendAsync(HttpMethod.Delete, "/api/tenants/late", null);
        Assert.Equal((202, "/api/operations/late.1.2.offboard"), (delete.Status, delete.Location));
        await host.EndOfAsync("late.1.2.offboard");
        Assert.Equal("succeeded", (await host.GetAsync(delete.Location!)).Text("status"));
        var late = await host.PostAsync(Requests.Hopeless("late", 1));
        Assert.Equal((410, "gone"), (late.Status, late.ProblemType));
        Assert.Equal("offboarded", (await host.GetAsync("/api/tenants/late")).Text("phase"));
    }

    [Fact]
    public async Task Delete_IfMatch_HoldsOnlyForThatRevision()
    {
        await host.PostAsync(Requests.Hopeless("match", 7));
        var wrong = await host.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"6\""));
        var right = await host.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"7\""), ("Idempotency-Key", "match-1"));
        var again = await host.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"7\""), ("Idempotency-Key", "match-1"));
        Assert.Equal((412, "precondition-failed"), (wrong.Status, wrong.ProblemType));
        Assert.Equal((202, "/api/operations/match.1.8.offboard"), (right.Status, right.Location));
        Assert.Equal((202, right.Location), (again.Status, again.Location));
    }

    [Fact]
    public async Task List_PagesAndFilters_FindEachTenantOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            await host.PostAsync(Requests.Hopeless($"list-{i}"));
            await host.EndOfAsync($"list-{i}.1.1.onboard");
        }

        var found = new List<string>();
        var path = "/api/tenants?phase=failed&pageSize=2";
        for (string? token = ""; token is not null;)
        {
            var page = await host.GetAsync(token.Length == 0 ? path : $"{path}&continuationToken={token}");
            Assert.Equal(200, page.Status);
            found.AddRange(page.Body.GetProperty("tenants").EnumerateArray().Select(x => x.GetProperty("tenantId").GetString()!));
            token = page.Text("continuationToken");
        }

        Assert.Equal(["list-0", "list-1", "list-2", "list-3", "list-4"], found.Where(x => x.StartsWith("list-", StringComparison.Ordinal)).Order());
        Assert.Empty((await host.GetAsync("/api/tenants?phase=ready&pageSize=200")).Body.GetProperty("tenants").EnumerateArray());
    }

    [Fact]
    public async Task Delete_Unknown_IsNotFoundAndLeavesNothingToList()
    {
        var delete = await host.SendAsync(HttpMethod.Delete, "/api/tenants/never-was", null);
        Assert.Equal((404, "not-found"), (delete.Status, delete.ProblemType));
        var list = await host.GetAsync("/api/tenants?pageSize=200");
        Assert.Equal(200, list.Status);
        Assert.DoesNotContain("never-was", list.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_Anyone_HearsOnlyOk()
    {
        var health = await host.GetAsync("/api/health");
        Assert.Equal((200, """{"status":"ok"}"""), (health.Status, health.Body.GetRawText()));
    }
}
