using System.Text.Json;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Operations;

/// <summary>What operators read about a tenant.</summary>
public sealed class TenantReadTests : HttpDoorTests
{
    private const string Operator = """{"actor":"jo","reason":"why"}""";

    [Fact]
    public async Task GetTenant_SpecIsMissing_HasTheCondition()
    {
        var spec = new TenantSpec(TenantTier.Pooled, null, null, [new("web", $"image-{Guid.NewGuid():N}", 1, 1_000, 1_024, [], [], [], [], null)], []);
        await Doors.PostAsync(HttpDoors.Onboarding(image: spec.Workloads[0].Image));
        await System.SettleAsync();
        await MemorySpecStore.Shared.DeleteAsync(SpecRef.Of(spec).Hash, DateTimeOffset.MaxValue, default);
        var tenant = await Doors.GetTenantAsync();

        Assert.Equal((200, JsonValueKind.Null, SpecRef.Of(spec).Hash), (tenant.Status, tenant["spec"].ValueKind, tenant.Text("specHash")));
        var condition = tenant["conditions"].EnumerateArray().Single(x => x.GetProperty("type").GetString() == "SpecUnknown");
        Assert.Equal("True", condition.GetProperty("status").GetString());
    }

    [Fact]
    public async Task GetHistory_AfterSeveralActs_HasThemAllNewestFirst()
    {
        await OnboardAsync();
        await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 2, replicas: 2));
        await System.SettleAsync();
        await Doors.ActAsync("acme", "suspend", Operator);
        await System.SettleAsync();
        var history = await Doors.GetHistoryAsync();

        Assert.Equal(["suspend succeeded", "update succeeded", "onboard succeeded"], Each(history["operations"], "kind", "status"));
        Assert.Equal(["suspend accepted", "update accepted", "onboard accepted"], Each(history["revisions"], "kind", "status"));
        Assert.Equal(["suspend jo", "update http", "onboard http"], Each(history["audit"], "verb", "actor"));
        Assert.Equal(
            ["tenantsandbox.tenant.suspended", "tenantsandbox.tenant.updated", "tenantsandbox.tenant.ready"],
            history["events"].EnumerateArray().Select(x => x.GetProperty("type").GetString()));
        Assert.Equal(System.Cloud.Events.Where(x => x.Subject == "tenants/acme").Select(x => x.Id).Reverse(), history["events"].EnumerateArray().Select(x => x.GetProperty("id").GetString()));
        Assert.Equal("why", history["operations"][0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task GetHistory_TenantWhoseIdBeginsAlike_IsNotMixedIn()
    {
        await OnboardAsync("acme");
        await OnboardAsync("acme-2");
        Assert.Equal(["acme.1.1.onboard"], (await Doors.GetHistoryAsync("acme"))["operations"].EnumerateArray().Select(x => x.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task GetHistory_PurgedInstances_AreReadFromTheState()
    {
        await OnboardAsync();
        await System.Hub.Client.PurgeInstanceAsync("acme.1.1.onboard");
        Assert.Equal(["onboard succeeded"], Each((await Doors.GetHistoryAsync())["operations"], "kind", "status"));
        Assert.Equal("succeeded", (await Doors.GetOperationAsync("acme.1.1.onboard")).Text("status"));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("Bad_Id")]
    public async Task Reads_UnknownTenant_AreNotFound(string tenant)
    {
        Assert.Equal(404, (await Doors.GetTenantAsync(tenant)).Status);
        Assert.Equal(404, (await Doors.GetHistoryAsync(tenant)).Status);
        Assert.Equal(404, (await Doors.ExplainAsync(tenant)).Status);
    }

    [Fact]
    public async Task Explain_WaitingForTheRollout_SaysWhatItWaitsFor()
    {
        System.Cloud.Rollout = new(RolloutCondition.Progressing, "web: 0 of 1 available");
        var onboarding = await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync(System.Now.AddMinutes(2));
        var explained = await Doors.ExplainAsync();
        var operation = await Doors.GetOperationAsync(onboarding.OperationId);

        Assert.Equal(("onboarding", onboarding.OperationId), (explained.Text("phase"), explained.Text("operation")));
        Assert.Contains("web: 0 of 1 available", explained["waitingFor"].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(operation["waitingFor"].GetRawText(), explained["waitingFor"].GetRawText());
        Assert.Equal(operation.Text("since"), explained.Text("since"));
        Assert.Equal("system", explained["next"][0].GetProperty("by").GetString());
    }

    [Fact]
    public async Task Explain_ActivityIsRetried_HasTheActivityTheCauseAndTheTime()
    {
        System.Cloud.Failures.Add(new(ActivityNames.ApplyNamespace, ErrorClass.Throttled, Calls: 9));
        var onboarding = await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync(System.Now.AddMinutes(2));
        var explained = await Doors.ExplainAsync();
        var retry = explained["waitingFor"].GetProperty("retry");

        Assert.Equal((ActivityNames.ApplyNamespace, "throttled", 10), (retry.GetProperty("activity").GetString(), retry.GetProperty("class").GetString(), retry.GetProperty("maxAttempts").GetInt32()));
        Assert.Equal(System.Cloud.CallsOf(ActivityNames.ApplyNamespace), retry.GetProperty("attempts").GetInt32());
        Assert.InRange(retry.GetProperty("nextAt").GetDateTimeOffset(), System.Now, System.Now.AddMinutes(2));
        Assert.Equal("throttled", explained.Text("class"));
        Assert.Equal(retry.GetProperty("nextAt").GetString(), explained["next"][0].GetProperty("at").GetString());
        Assert.Equal(retry.GetRawText(), (await Doors.GetOperationAsync(onboarding.OperationId))["waitingFor"].GetProperty("retry").GetRawText());
        await System.SettleAsync();
    }

    [Theory]
    [InlineData(ActivityNames.EnsurePool)]
    [InlineData(ActivityNames.DeletePool)]
    public async Task Explain_ActivityOfThePoolIsRetried_HasItToo(string activity)
    {
        System.Cloud.Failures.Add(new(activity, ErrorClass.Throttled, Calls: 9));
        var operation = (await Doors.PostAsync(HttpDoors.Onboarding())).OperationId;
        if (activity == ActivityNames.DeletePool)
        {
            await System.SettleAsync();
            operation = (await Doors.DeleteAsync("acme")).OperationId;
        }

        await System.SettleAsync(System.Now.AddMinutes(2));
        var waitingFor = (await Doors.ExplainAsync())["waitingFor"];
        var retry = waitingFor.GetProperty("retry");

        Assert.Equal((activity, "throttled", 10), (retry.GetProperty("activity").GetString(), retry.GetProperty("class").GetString(), retry.GetProperty("maxAttempts").GetInt32()));
        Assert.Equal(System.Cloud.CallsOf(activity), retry.GetProperty("attempts").GetInt32());
        Assert.InRange(retry.GetProperty("nextAt").GetDateTimeOffset(), System.Now, System.Now.AddMinutes(2));
        Assert.Contains($"{activity} failed", waitingFor.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(waitingFor.GetRawText(), (await Doors.GetOperationAsync(operation))["waitingFor"].GetRawText());
        await System.SettleAsync();
    }

    [Fact]
    public async Task Explain_FailedOnboarding_HasTheCause()
    {
        System.Cloud.Rollout = new(RolloutCondition.Failed, "web: CrashLoopBackOff");
        await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync();
        var explained = await Doors.ExplainAsync();

        Assert.Equal("failed", explained.Text("phase"));
        Assert.Contains("CrashLoopBackOff", explained["cause"].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["sender", "operator"], explained["next"].EnumerateArray().Select(x => x.GetProperty("by").GetString()));
    }

    [Fact]
    public async Task Explain_OrchestrationIsGone_SaysWhoSettlesIt()
    {
        System.Cloud.Rollout = new(RolloutCondition.Progressing, "waiting");
        var onboarding = await Doors.PostAsync(HttpDoors.Onboarding());
        await System.SettleAsync(System.Now.AddMinutes(2));
        await System.Hub.Client.TerminateInstanceAsync(onboarding.OperationId);
        await System.SettleAsync(System.Now);
        await System.Hub.Client.PurgeInstanceAsync(onboarding.OperationId);
        var explained = await Doors.ExplainAsync();

        Assert.Contains("gone", explained.Text("summary"), StringComparison.Ordinal);
        Assert.Contains("watchdog", explained["next"][0].GetProperty("action").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ReadyWithExpiry_ShowsTheTime()
    {
        await Doors.PostAsync(HttpDoors.Onboarding(more: "\"expiresAt\":\"2030-01-01T00:00:00Z\","));
        await System.SettleAsync(System.Now.AddHours(1));
        var next = Assert.Single((await Doors.ExplainAsync())["next"].EnumerateArray());
        Assert.Equal("2030-01-01T00:00:00+00:00", next.GetProperty("at").GetString());
    }

    private static IEnumerable<string> Each(JsonElement list, string first, string second) =>
        list.EnumerateArray().Select(x => $"{x.GetProperty(first).GetString()} {x.GetProperty(second).GetString()}");
}
