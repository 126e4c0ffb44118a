using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class OperatorDoorTests : HttpDoorTests
{
    private const string Operator = """{"actor":"jo@example.com","reason":"ticket 7"}""";

    [Fact]
    public async Task Act_Suspend_IsAcceptedAndAudited()
    {
        await OnboardAsync();
        var answer = await Doors.ActAsync("acme", "suspend", Operator);
        await System.SettleAsync();
        var state = await System.TenantAsync();

        Assert.Equal((202, "accepted", "suspend"), (answer.Status, answer.Text("outcome"), answer.Text("kind")));
        Assert.Equal($"/api/operations/{answer.OperationId}", answer.Location);
        Assert.Equal((TenantPhase.Suspended, 1L), (state.Phase, state.Revision));
        var entry = state.Audit[^1];
        Assert.Equal(
            (TenantVerb.Suspend, "jo@example.com", "ticket 7", false, "http", answer.OperationId),
            (entry.Verb, entry.Actor, entry.Reason, entry.IsVerified, entry.Source, entry.OperationId));
    }

    [Fact]
    public async Task Act_Resume_RunsAgain()
    {
        await OnboardAsync();
        await Doors.ActAsync("acme", "suspend", Operator);
        await System.SettleAsync();
        Assert.Equal(202, (await Doors.ActAsync("acme", "resume", Operator)).Status);
        await System.SettleAsync();
        Assert.Equal(TenantPhase.Ready, (await System.TenantAsync()).Phase);
    }

    [Fact]
    public async Task Act_WhatIsSoAlready_IsDone()
    {
        await OnboardAsync();
        var answer = await Doors.ActAsync("acme", "resume", Operator);
        Assert.Equal((200, "done"), (answer.Status, answer.Text("outcome")));
    }

    [Fact]
    public async Task Act_Renew_ChangesTheExpiry()
    {
        await OnboardAsync();
        var answer = await Doors.ActAsync("acme", "renew", """{"actor":"jo","reason":"r","expiresAt":"2030-01-01T00:00:00Z","onExpiry":"suspend"}""");
        Assert.Equal(200, answer.Status);
        var expiry = (await Doors.GetTenantAsync())["expiry"];
        Assert.Equal(("2030-01-01T00:00:00+00:00", "suspend"), (expiry.GetProperty("expiresAt").GetString(), expiry.GetProperty("onExpiry").GetString()));
    }

    [Theory]
    [InlineData("suspend", "{}", "/actor required", "/reason required")]
    [InlineData("suspend", """{"actor":"","reason":"r"}""", "/actor range")]
    [InlineData("suspend", """{"actor":"a\nb","reason":"r"}""", "/actor format")]
    [InlineData("suspend", """{"actor":"a","reason":"r","finalizers":[]}""", "/finalizers unknown")]
    [InlineData("renew", """{"actor":"a","reason":"r"}""", "/expiresAt required")]
    [InlineData("force-offboard", """{"actor":"a","reason":"r","finalizers":["Not valid!"]}""", "/finalizers/0 format")]
    public async Task Act_InvalidBody_NamesTheFaults(string verb, string body, params string[] faults)
    {
        await OnboardAsync();
        var answer = await Doors.ActAsync("acme", verb, body);
        Assert.Equal((422, "invalid"), (answer.Status, answer.ProblemType));
        Assert.Equal(faults, answer.Errors);
    }

    [Fact]
    public async Task Act_NoJson_IsMalformed() =>
        Assert.Equal((400, "malformed"), (await Doors.ActAsync("acme", "suspend", "x")) is var answer ? (answer.Status, answer.ProblemType) : default);

    [Theory]
    [InlineData("onboard")]
    [InlineData("cancel")]
    [InlineData("explode")]
    public async Task Act_UnknownVerb_ListsTheVerbs(string verb)
    {
        var answer = await Doors.ActAsync("acme", verb, Operator);
        Assert.Equal((404, "not-found"), (answer.Status, answer.ProblemType));
        Assert.Contains("lift-quarantine", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Act_UnknownTenant_IsNotFound()
    {
        Assert.Equal(404, (await Doors.ActAsync("nobody", "suspend", Operator)).Status);
        Assert.Equal(404, (await Doors.ActAsync("Bad_Id", "suspend", Operator)).Status);
    }

    [Fact]
    public async Task Act_NotQuarantined_IsAConflictThatSaysWhyNot()
    {
        await OnboardAsync();
        var answer = await Doors.ActAsync("acme", "lift-quarantine", Operator);
        Assert.Equal((409, "conflict", "ready"), (answer.Status, answer.ProblemType, answer.Text("phase")));
        Assert.Contains("not quarantined", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Act_SameKey_RepeatsTheAnswerAndRefusesAnotherCommand()
    {
        await OnboardAsync();
        var first = await Doors.ActAsync("acme", "suspend", Operator, "", ("Idempotency-Key", "k1"));
        await System.SettleAsync();
        var same = await Doors.ActAsync("acme", "suspend", Operator, "", ("Idempotency-Key", "k1"));
        var otherReason = await Doors.ActAsync("acme", "suspend", """{"actor":"jo@example.com","reason":"other"}""", "", ("Idempotency-Key", "k1"));
        var otherVerb = await Doors.ActAsync("acme", "resume", Operator, "", ("Idempotency-Key", "k1"));
        var request = await Doors.PostAsync(HttpDoors.Onboarding("fresh"), "", ("Idempotency-Key", "k1"));

        Assert.Equal((202, first.Location), (same.Status, same.Location));
        Assert.All((HttpAnswer[])[otherReason, otherVerb, request], x => Assert.Equal((422, "idempotency-key-reused"), (x.Status, x.ProblemType)));
        Assert.Equal(TenantPhase.Suspended, (await System.TenantAsync()).Phase);
    }

    [Fact]
    public async Task Act_RenewWithTimeToLiveLater_IsTheSameCommand()
    {
        await OnboardAsync();
        const string Body = """{"actor":"jo","reason":"r","timeToLive":"P1D"}""";
        await Doors.ActAsync("acme", "renew", Body, "", ("Idempotency-Key", "k1"));
        Assert.Equal(200, (await Doors.ActAsync("acme", "renew", Body, "", ("Idempotency-Key", "k1"))).Status);
    }

    [Fact]
    public async Task Operate_CancelRunning_UndoesIt()
    {
        System.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        var onboarding = await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync(System.Now.AddMinutes(1));
        var answer = await Doors.OperateAsync(onboarding.OperationId, "cancel", Operator);
        await System.SettleAsync();
        var operation = await Doors.GetOperationAsync(onboarding.OperationId);

        Assert.Equal((202, onboarding.Location), (answer.Status, answer.Location));
        Assert.Equal(("canceled", "Canceled"), (operation.Text("status"), operation["error"].GetProperty("code").GetString()));
        Assert.Contains("jo@example.com", operation["error"].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(operation["outcome"].GetProperty("clean").GetBoolean());
        Assert.Equal(TenantPhase.Failed, (await System.TenantAsync()).Phase);
        await System.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Operate_SkipTheBlockedStep_ListsWhatRemains()
    {
        await OnboardAsync();
        System.Cloud.NamespaceBlocker = "finalizer example.com/cleanup";
        var offboarding = await Doors.DeleteAsync("acme");
        await System.SettleAsync(System.Now.AddMinutes(1));
        Assert.Equal(202, (await Doors.OperateAsync(offboarding.OperationId, "skip", Operator)).Status);
        await System.SettleAsync();

        var skipped = (await Doors.GetOperationAsync(offboarding.OperationId))["outcome"].GetProperty("skipped").EnumerateArray().Select(x => x.GetString()).ToArray();
        Assert.Contains("jo@example.com", Assert.Single(skipped), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("skip")]
    public async Task Operate_EndedOperation_IsAConflict(string verb)
    {
        await OnboardAsync();
        var answer = await Doors.OperateAsync("acme.1.1.onboard", verb, Operator);
        Assert.Equal((409, "conflict"), (answer.Status, answer.ProblemType));
    }

    [Fact]
    public async Task Operate_RetryFailed_IsANewOperationWithTheSameTarget()
    {
        System.Cloud.Rollout = new(RolloutCondition.Failed, "crash");
        var failed = await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync();
        System.Cloud.Rollout = new(RolloutCondition.Ready, "all available");
        var retried = await Doors.OperateAsync(failed.OperationId, "retry", Operator);
        await System.SettleAsync();

        Assert.Equal(202, retried.Status);
        Assert.NotEqual(failed.OperationId, retried.OperationId);
        Assert.Equal((TenantPhase.Ready, 1L), (await System.TenantAsync()) is var state ? (state.Phase, state.Revision) : default);
    }

    [Fact]
    public async Task Operate_CompensateNothing_IsAConflict()
    {
        await OnboardAsync();
        var answer = await Doors.OperateAsync("acme.1.1.onboard", "compensate", Operator);
        Assert.Equal((409, "conflict"), (answer.Status, answer.ProblemType));
        Assert.Contains("nothing to compensate", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme.1.1.onboard", "suspend")]
    [InlineData("nothing", "cancel")]
    [InlineData("@tenantentity@acme", "cancel")]
    public async Task Operate_UnknownVerbOrOperation_IsNotFound(string operation, string verb) =>
        Assert.Equal(404, (await Doors.OperateAsync(operation, verb, Operator)).Status);
}
