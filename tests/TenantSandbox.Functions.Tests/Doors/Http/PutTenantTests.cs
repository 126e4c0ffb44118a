namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class PutTenantTests : HttpDoorTests
{
    [Fact]
    public async Task Put_IfMatch_UpdatesWithTheNextRevision()
    {
        await OnboardAsync();
        var answer = await Doors.PutAsync("acme", HttpDoors.Onboarding(tenant: "", revision: null, image: "nginx:2"), "", ("If-Match", "\"1\""));
        await System.SettleAsync();
        var tenant = await Doors.GetTenantAsync();

        Assert.Equal((202, "accepted", "update", 2), (answer.Status, answer.Text("outcome"), answer.Text("kind"), answer["revision"].GetInt64()));
        Assert.Equal(("ready", 2, 2), (tenant.Text("phase"), tenant["revision"].GetInt64(), tenant["appliedRevision"].GetInt64()));
        Assert.Equal("nginx:2", tenant["spec"].GetProperty("workloads")[0].GetProperty("image").GetString());
    }

    [Fact]
    public async Task Put_RevisionInTheBody_Updates()
    {
        await OnboardAsync();
        Assert.Equal(202, (await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 7, replicas: 2))).Status);
        await System.SettleAsync();
        Assert.Equal("\"7\"", (await Doors.GetTenantAsync()).Headers.ETag);
    }

    [Fact]
    public async Task Put_OtherRevision_FailsThePrecondition()
    {
        await OnboardAsync();
        var answer = await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: null), "", ("If-Match", "\"3\""));
        Assert.Equal((412, "precondition-failed"), (answer.Status, answer.ProblemType));
    }

    [Fact]
    public async Task Put_SameKeyAgain_RepeatsTheAnswerAfterTheRevisionChanged()
    {
        await OnboardAsync();
        var body = HttpDoors.Onboarding(revision: null, replicas: 2);
        var first = await Doors.PutAsync("acme", body, "", ("If-Match", "\"1\""), ("Idempotency-Key", "k"));
        await System.SettleAsync();
        var again = await Doors.PutAsync("acme", body, "", ("If-Match", "\"1\""), ("Idempotency-Key", "k"));
        Assert.Equal((202, first.Location), (again.Status, again.Location));
    }

    [Fact]
    public async Task Put_IfMatchAndRevision_IsRefused()
    {
        await OnboardAsync();
        var answer = await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 9), "", ("If-Match", "\"1\""));
        Assert.Equal((400, "bad-parameter"), (answer.Status, answer.ProblemType));
    }

    [Fact]
    public async Task Put_UnknownTenant_IsNotFoundAndOnboardsNothing()
    {
        var conditional = await Doors.PutAsync("nobody", HttpDoors.Onboarding("nobody", null), "", ("If-Match", "\"1\""));
        var plain = await Doors.PutAsync("nobody", HttpDoors.Onboarding("nobody", 1));
        Assert.Equal((404, "not-found", 404, "not-found"), (conditional.Status, conditional.ProblemType, plain.Status, plain.ProblemType));
        Assert.Equal(404, (await Doors.GetTenantAsync("nobody")).Status);
    }

    [Theory]
    [InlineData("acme", "other", 2L, "/tenantId differs")]
    [InlineData("acme", "acme", null, "/revision required")]
    [InlineData("Bad_Id", "", 2L, "/tenantId format")]
    public async Task Put_InvalidBody_NamesTheFault(string path, string tenant, long? revision, string fault)
    {
        var answer = await Doors.PutAsync(path, HttpDoors.Onboarding(tenant, revision));
        Assert.Equal((422, "invalid"), (answer.Status, answer.ProblemType));
        Assert.Equal([fault], answer.Errors);
    }

    [Fact]
    public async Task Put_ChangeOfAnImmutableField_IsRefusedByPointerAlsoAsADryRun()
    {
        static string Set(int revision, string policy) => HttpDoors.Onboarding(revision: revision)
            .Replace("\"name\":\"web\"", $$"""
                "name":"web","kind":"StatefulSet","statefulSet":{"podManagementPolicy":"{{policy}}"}
                """, StringComparison.Ordinal);
        await Doors.PostAsync(Set(1, "Parallel"));
        await System.SettleAsync();

        var refused = await Doors.PutAsync("acme", Set(2, "OrderedReady"));
        var planned = await Doors.PutAsync("acme", Set(2, "OrderedReady"), "?dryRun=true");
        var same = await Doors.PutAsync("acme", Set(2, "Parallel"));

        Assert.Equal((422, 422, 202), (refused.Status, planned.Status, same.Status));
        Assert.Equal(["/workloads/0/statefulSet/podManagementPolicy forbidden"], refused.Errors);
        Assert.Equal(refused.Errors, planned.Errors);
    }

    [Fact]
    public async Task Put_LowerRevision_IsStale()
    {
        await Doors.PostAsync(HttpDoors.Onboarding(revision: 5));
        await System.SettleAsync();
        var answer = await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 4));
        Assert.Equal((409, "stale-revision", 5), (answer.Status, answer.ProblemType, answer["currentRevision"].GetInt64()));
    }
}
