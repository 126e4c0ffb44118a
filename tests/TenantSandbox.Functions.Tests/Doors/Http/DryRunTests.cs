using System.Text.Json;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class DryRunTests : HttpDoorTests
{
    private const string DryRun = "?dryRun=true";
    private const string Operator = """{"actor":"jo","reason":"test"}""";

    [Fact]
    public async Task EveryWrite_DryRun_ChangesNothing()
    {
        await OnboardAsync();
        var before = await SnapshotAsync();
        HttpAnswer[] answers =
        [
            await Doors.PostAsync(HttpDoors.Onboarding("other"), DryRun),
            await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 2, replicas: 2), DryRun),
            await Doors.DeleteAsync("acme", DryRun),
            await Doors.ActAsync("acme", "suspend", Operator, DryRun),
            await Doors.ActAsync("acme", "renew", """{"actor":"jo","reason":"test","timeToLive":"P30D"}""", DryRun),
            await Doors.ActAsync("acme", "reconcile", Operator, DryRun),
            await Doors.ActAsync("acme", "force-offboard", Operator, DryRun),
            await Doors.OperateAsync("acme.1.1.onboard", "retry", Operator, DryRun),
            await Doors.OperateAsync("acme.1.1.onboard", "cancel", Operator, DryRun),
        ];

        Assert.All(answers, x => Assert.Equal((200, true), (x.Status, x["dryRun"].GetBoolean())));
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task Post_NewTenant_ShowsThePlacementThatItGets()
    {
        var planned = await Doors.PostAsync(HttpDoors.Onboarding(), DryRun);
        await OnboardAsync();
        var real = (await Doors.GetTenantAsync())["placement"];

        Assert.Equal(("accepted", "onboard", "ready"), (planned.Text("outcome"), planned.Text("operation"), planned.Text("phaseAfter")));
        Assert.Empty(planned["refusals"].EnumerateArray());
        var placement = planned["placement"];
        Assert.Equal(real.GetProperty("cluster").GetString(), placement.GetProperty("cluster").GetString());
    }

    [Fact]
    public async Task Post_HostNameOfAnotherTenant_NamesItAsARefusal()
    {
        var doors = new HttpDoors(System, new KeyValuePair<string, string?>("Network__HostNames__0", "*.example.com"));
        static string Exposed(string tenant, long revision = 1) => HttpDoors.Onboarding(tenant, revision).Replace(
            "\"name\":\"web\"", """
            "name":"web","ports":[{"port":80}],"expose":{"hosts":["shop.example.com"]}
            """, StringComparison.Ordinal);
        await doors.PostAsync(Exposed("acme"));
        await System.SettleAsync();

        var other = Assert.Single((await doors.PostAsync(Exposed("blue"), DryRun))["refusals"].EnumerateArray());
        var own = await doors.PutAsync("acme", Exposed("acme", 2).Replace("nginx", "nginx:2", StringComparison.Ordinal), DryRun);

        Assert.Equal(("tenant acme", "HostNameTaken"), (other.GetProperty("by").GetString(), other.GetProperty("code").GetString()));
        Assert.Empty(own["refusals"].EnumerateArray());
        await doors.DeleteAsync("acme");
        await System.SettleAsync();
        Assert.Empty((await doors.PostAsync(Exposed("blue"), DryRun))["refusals"].EnumerateArray());
    }

    [Fact]
    public async Task Post_TemplateWithLowerRequests_NotesThatTheyAreRaisedAsTheAcceptedAnswerDoes()
    {
        var body = HttpDoors.Onboarding().Replace("\"image\":\"nginx\",", "", StringComparison.Ordinal).Replace(
            "\"cpu\":\"1\",\"memory\":\"1Gi\"",
            """
            "podTemplate":{"spec":{"containers":[{"name":"web","image":"nginx","resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"100m"}}}]}}
            """,
            StringComparison.Ordinal);

        var planned = Assert.Single((await Doors.PostAsync(body, DryRun))["notes"].EnumerateArray());
        var accepted = Assert.Single((await Doors.PostAsync(body))["notes"].EnumerateArray());

        Assert.Equal("/workloads/0/podTemplate/spec/containers/0/resources/requests/cpu", planned.GetProperty("pointer").GetString());
        Assert.Equal("raised", planned.GetProperty("code").GetString());
        Assert.Equal(planned.GetRawText(), accepted.GetRawText());
    }

    [Fact]
    public async Task Post_SecondTenant_SharesThePool()
    {
        await OnboardAsync();
        var pool = (await Doors.GetTenantAsync())["placement"].GetProperty("pool").GetString();
        var planned = (await Doors.PostAsync(HttpDoors.Onboarding("second"), DryRun))["placement"];
        Assert.Equal((pool, false), (planned.GetProperty("pool").GetString(), planned.GetProperty("isNewPool").GetBoolean()));
    }

    [Fact]
    public async Task Post_PodsThatFitNoNode_ListsTheRefusalOfEachCluster()
    {
        await OnboardAsync();
        var planned = await Doors.PostAsync(HttpDoors.Onboarding("huge").Replace("\"1Gi\"", "\"400Gi\"", StringComparison.Ordinal), DryRun);
        var refusal = Assert.Single(planned["refusals"].EnumerateArray());
        Assert.Equal(JsonValueKind.Null, planned["placement"].ValueKind);
        Assert.Equal("cluster aks1", refusal.GetProperty("by").GetString());
        Assert.Contains("web", refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ClusterWithoutPolicyEngine_IsRefusedByIt()
    {
        Doors.Unenforced = "networkPolicy is none, networkDataplane azure";

        var planned = await Doors.PostAsync(HttpDoors.Onboarding(), DryRun);

        Assert.Equal(["cluster aks1 NoNetworkPolicyEngine"], Refusals(planned));
        Assert.Equal(JsonValueKind.Null, planned["placement"].ValueKind);
    }

    [Fact]
    public async Task Post_RegionWithoutCluster_IsRefusedByPlacement()
    {
        var planned = await Doors.PostAsync(HttpDoors.Onboarding(more: "\"region\":\"nowhere\","), DryRun);
        Assert.Equal(["placement NoClusterInRegion"], Refusals(planned));
    }

    [Fact]
    public async Task Put_Update_ListsTheDifferencesByName()
    {
        await OnboardAsync();
        const string Body = """
            {"revision":2,"tier":"pooled","timeToLive":"P30D","workloads":[
             {"name":"db","image":"postgres","cpu":"1","memory":"1Gi"},
             {"name":"web","image":"nginx:2","cpu":"1","memory":"1Gi","env":{"SECRET":"hunter2"}}]}
            """;
        var planned = await Doors.PutAsync("acme", Body, DryRun);

        Assert.Equal(
            ["/workloads/db added", "/workloads/web/env/SECRET added", "/workloads/web/image changed", "/expiresAt added"],
            planned["differences"].EnumerateArray().Select(x => $"{x.GetProperty("path").GetString()} {x.GetProperty("change").GetString()}"));
        Assert.Equal(("update", "aks1"), (planned.Text("operation"), planned["placement"].GetProperty("cluster").GetString()));
        Assert.DoesNotContain("hunter2", planned.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_StaleRevision_IsRefusedByTheTenant()
    {
        await OnboardAsync();
        var planned = await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: 1, replicas: 3), DryRun);
        Assert.Equal(("conflict", "tenant conflict"), (planned.Text("outcome"), Assert.Single(Refusals(planned))));
        Assert.Single(planned["differences"].EnumerateArray());
    }

    [Fact]
    public async Task Put_OtherRevision_FailsThePreconditionToo()
    {
        await OnboardAsync();
        Assert.Equal(412, (await Doors.PutAsync("acme", HttpDoors.Onboarding(revision: null), DryRun, ("If-Match", "\"8\""))).Status);
    }

    [Fact]
    public async Task Delete_UnknownTenant_IsRefused() =>
        Assert.Equal(["tenant notFound"], Refusals(await Doors.DeleteAsync("nobody", DryRun)));

    [Fact]
    public async Task Act_Suspend_ShowsThePhaseAfter()
    {
        await OnboardAsync();
        var planned = await Doors.ActAsync("acme", "suspend", Operator, DryRun);
        Assert.Equal(("ready", "suspended", "suspend"), (planned.Text("phase"), planned.Text("phaseAfter"), planned.Text("operation")));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("")]
    [InlineData("true&dryRun=false")]
    public async Task Post_InvalidDryRun_IsRefusedAndChangesNothing(string value)
    {
        var answer = await Doors.PostAsync(HttpDoors.Onboarding(), $"?dryRun={value}");
        Assert.Equal((400, "bad-parameter"), (answer.Status, answer.ProblemType));
        Assert.Equal(404, (await Doors.GetTenantAsync()).Status);
    }

    [Fact]
    public async Task Post_InvalidBody_IsInvalidAsWithoutIt() => Assert.Equal(422, (await Doors.PostAsync("{}", DryRun)).Status);

    private static IEnumerable<string> Refusals(HttpAnswer answer) =>
        answer["refusals"].EnumerateArray().Select(x => $"{x.GetProperty("by").GetString()} {x.GetProperty("code").GetString()}");

    private async Task<string> SnapshotAsync()
    {
        var instances = new List<string>();
        await foreach (var instance in System.Hub.Client.GetAllInstancesAsync())
        {
            instances.Add($"{instance.InstanceId} {instance.RuntimeStatus}");
        }

        var state = JsonSerializer.Serialize(new { Tenant = await System.TenantAsync(), Ledger = await System.LedgerAsync() });
        return $"{string.Join('\n', instances.Order(StringComparer.Ordinal))}\n{state}";
    }
}
