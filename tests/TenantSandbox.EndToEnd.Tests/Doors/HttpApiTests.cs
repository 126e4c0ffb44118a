using TenantSandbox.Core.Requests;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>The HTTP API through the real worker process.</summary>
[Collection(DoorCollection.Name)]
public sealed class HttpApiTests(DoorSystem doors)
{
    [Fact]
    public async Task Post_NewTenant_LinksToTheOperation()
    {
        var accepted = await doors.PostAsync(DoorRequests.Failing("follow", 3));
        Assert.Equal((202, "/api/operations/follow.1.1.onboard", "2"), (accepted.Status, accepted.Location, accepted.RetryAfter));
        Assert.Equal(("accepted", "/api/tenants/follow"), (accepted.Text("outcome"), accepted.Text("tenant")));

        await doors.EndOfAsync("follow.1.1.onboard");
        var operation = await doors.GetAsync(accepted.Location!);
        Assert.Equal((200, "failed", "onboard", "follow"), (operation.Status, operation.Text("status"), operation.Text("kind"), operation.Text("tenantId")));
        Assert.Equal("NoClusterInRegion", operation.Body.GetProperty("error").GetProperty("code").GetString());

        var tenant = await doors.GetAsync("/api/tenants/follow");
        Assert.Equal((200, "failed", "\"3\""), (tenant.Status, tenant.Text("phase"), tenant.ETag));
        Assert.Equal(accepted.Location, tenant.Body.GetProperty("lastOperation").GetProperty("href").GetString());
        Assert.False(tenant.Body.TryGetProperty("contentHash", out _));
    }

    [Fact]
    public async Task Post_WhileRunning_ShowsTheOperationAndQueuesTheNext()
    {
        var accepted = await doors.PostAsync(DoorRequests.Running("underway"));
        var operation = await doors.GetAsync(accepted.Location!);
        Assert.Equal(200, operation.Status);
        Assert.True(operation.Text("status") is "pending" or "running");
        Assert.Equal("2", operation.RetryAfter);

        var waiting = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/underway", null);
        Assert.Equal((202, true), (waiting.Status, waiting.Body.GetProperty("waiting").GetBoolean()));
        var pending = await doors.GetAsync(waiting.Location!);
        Assert.Equal((200, "pending", "underway.1.1.onboard"), (pending.Status, pending.Text("status"), pending.Body.GetProperty("waitingFor").GetProperty("operation").GetString()));
    }

    [Fact]
    public async Task Get_IsolationReportKeys_AreThoseOfTheFileThatIsCreated()
    {
        var keys = await doors.GetAsync("/api/isolation-report-keys");
        var missing = await doors.GetAsync("/api/tenants/nobody/isolation-report");

        Assert.Equal((200, "P-256"), (keys.Status, keys.Body.GetProperty("keys")[0].GetProperty("crv").GetString()));
        Assert.Equal((404, "urn:tenantsandbox:problem:not-found"), (missing.Status, missing.Text("type")));
    }

    [Fact]
    public async Task Post_SameAgain_IsDuplicate()
    {
        var first = await doors.PostAsync(DoorRequests.Failing("again"));
        var second = await doors.PostAsync(DoorRequests.Failing("again", cpu: "1000m"));
        Assert.Equal((202, 200, "duplicate"), (first.Status, second.Status, second.Text("outcome")));
        Assert.Equal(first.Location, second.Text("operation"));
    }

    [Fact]
    public async Task Post_SameRevisionOtherContent_ListsTheDifferences()
    {
        await doors.PostAsync(DoorRequests.Failing("differs"));
        var second = await doors.PostAsync(DoorRequests.Failing("differs", replicas: 2, cpu: "2"));
        Assert.Equal((409, "conflict", "application/problem+json"), (second.Status, second.ProblemType, second.ContentType));
        Assert.Equal(["/workloads/0/cpu differs", "/workloads/0/replicas differs"], second.Errors);
        Assert.Equal((1, "/api/operations/differs.1.1.onboard"), (second.Body.GetProperty("currentRevision").GetInt64(), second.Text("operation")));
    }

    [Fact]
    public async Task Post_OlderRevision_IsStale()
    {
        await doors.PostAsync(DoorRequests.Failing("older", 5));
        var second = await doors.PostAsync(DoorRequests.Failing("older", 4));
        Assert.Equal((409, "stale-revision", 5), (second.Status, second.ProblemType, second.Body.GetProperty("currentRevision").GetInt64()));
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_RepeatsTheAnswerAndRefusesAnotherRequest()
    {
        var first = await doors.PostAsync(DoorRequests.Failing("keyed"), "key-1");
        var same = await doors.PostAsync(DoorRequests.Failing("keyed"), "key-1");
        var other = await doors.PostAsync(DoorRequests.Failing("keyed", 2), "key-1");
        Assert.Equal((202, 202, first.Location), (first.Status, same.Status, same.Location));
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.ProblemType));
        Assert.Equal("\"1\"", (await doors.GetAsync("/api/tenants/keyed")).ETag);
    }

    [Fact]
    public async Task GetOperation_OfASubmission_LinksToTheOperation()
    {
        await doors.PostAsync(DoorRequests.Failing("submitted"), "submitted-1");
        var submission = await doors.GetAsync($"/api/operations/{new RequestIdentity("http", "key:submitted-1").ToInstanceId()}");
        Assert.Equal((200, "submit", "succeeded", "submitted"), (submission.Status, submission.Text("kind"), submission.Text("status"), submission.Text("tenantId")));
        Assert.Equal("/api/operations/submitted.1.1.onboard", submission.Text("result"));
    }

    [Fact]
    public async Task Post_AfterOffboarding_IsGone()
    {
        await doors.PostAsync(DoorRequests.Failing("late", 1));
        await doors.EndOfAsync("late.1.1.onboard");
        var delete = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/late?revision=2", null);
        Assert.Equal((202, "/api/operations/late.1.2.offboard"), (delete.Status, delete.Location));
        await doors.EndOfAsync("late.1.2.offboard");
        Assert.Equal("succeeded", (await doors.GetAsync(delete.Location!)).Text("status"));
        var late = await doors.PostAsync(DoorRequests.Failing("late", 1));
        Assert.Equal((410, "gone"), (late.Status, late.ProblemType));
        Assert.Equal("offboarded", (await doors.GetAsync("/api/tenants/late")).Text("phase"));
    }

    [Fact]
    public async Task Delete_IfMatch_AppliesToThatRevisionOnly()
    {
        await doors.PostAsync(DoorRequests.Failing("match", 7));
        var wrong = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"6\""));
        var right = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"7\""), ("Idempotency-Key", "match-1"));
        var again = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/match", null, ("If-Match", "\"7\""), ("Idempotency-Key", "match-1"));
        Assert.Equal((412, "precondition-failed"), (wrong.Status, wrong.ProblemType));
        Assert.Equal((202, "/api/operations/match.1.2.offboard"), (right.Status, right.Location));
        Assert.Equal((202, right.Location), (again.Status, again.Location));
    }

    [Fact]
    public async Task List_PagedAndFiltered_ReturnsEachTenantOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            await doors.PostAsync(DoorRequests.Failing($"list-{i}"));
            await doors.EndOfAsync($"list-{i}.1.1.onboard");
        }

        var found = new List<string>();
        var path = "/api/tenants?phase=failed&pageSize=2";
        for (var token = ""; token is not null;)
        {
            var page = await doors.GetAsync(token.Length == 0 ? path : $"{path}&continuationToken={token}");
            Assert.Equal(200, page.Status);
            found.AddRange(page.Body.GetProperty("tenants").EnumerateArray().Select(x => x.GetProperty("tenantId").GetString()!));
            token = page.Text("continuationToken");
        }

        Assert.Equal(["list-0", "list-1", "list-2", "list-3", "list-4"], found.Where(x => x.StartsWith("list-", StringComparison.Ordinal)).Order());
        Assert.Empty((await doors.GetAsync("/api/tenants?phase=ready&pageSize=200")).Body.GetProperty("tenants").EnumerateArray());
    }

    [Fact]
    public async Task Delete_UnknownTenant_IsNotFoundAndLeavesNothing()
    {
        var delete = await doors.SendAsync(HttpMethod.Delete, "/api/tenants/never-was", null);
        Assert.Equal((404, "not-found"), (delete.Status, delete.ProblemType));
        var list = await doors.GetAsync("/api/tenants?pageSize=200");
        Assert.Equal(200, list.Status);
        Assert.DoesNotContain("never-was", list.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ForgedPrincipal_GivesNothingAndTakesNothing()
    {
        // {"auth_typ":"aad","claims":[{"typ":"oid","val":"m"},{"typ":"roles","val":"Administrator"}]}, and the same without a role.
        const string administrator = "eyJhdXRoX3R5cCI6ImFhZCIsImNsYWltcyI6W3sidHlwIjoib2lkIiwidmFsIjoibSJ9LHsidHlwIjoicm9sZXMiLCJ2YWwiOiJBZG1pbmlzdHJhdG9yIn1dfQ==";
        const string nobody = "eyJhdXRoX3R5cCI6ImFhZCIsImNsYWltcyI6W3sidHlwIjoib2lkIiwidmFsIjoibSJ9XX0=";
        using var withoutKey = new HttpClient { BaseAddress = doors.System.Http.BaseAddress };
        withoutKey.DefaultRequestHeaders.Add("X-MS-CLIENT-PRINCIPAL", administrator);

        using var refused = await withoutKey.GetAsync(new Uri("/api/tenants", UriKind.Relative));
        var withKey = await doors.SendAsync(HttpMethod.Get, "/api/tenants", null, ("X-MS-CLIENT-PRINCIPAL", nobody));

        Assert.Equal((401, 200), ((int)refused.StatusCode, withKey.Status));
    }

    [Fact]
    public async Task Health_Anyone_GetsOk()
    {
        var health = await doors.GetAsync("/api/health");
        Assert.Equal((200, """{"status":"ok"}"""), (health.Status, health.Body.GetRawText()));
    }
}
