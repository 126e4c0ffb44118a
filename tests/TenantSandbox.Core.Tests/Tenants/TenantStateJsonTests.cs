using System.Text.Json;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class TenantStateJsonTests
{
    /// <summary>Written by the first version. It must stay readable: states outlive deployments.</summary>
    private const string FirstVersion = """
        {"tenantId":"acme","phase":"offboarding","incarnation":1,"revision":7,"kind":"onboard","contentHash":"a","settledRevision":5,
         "spec":{"tier":"pooled","cluster":null,"region":null,"expiresAt":null,"workloads":[{"name":"web","image":"nginx","replicas":1,"cpuMillis":500,
         "memoryMiB":512,"ports":[],"env":[],"command":[],"args":[],"readinessProbe":null}],"egressAllowList":[]},
         "placement":{"clusterId":"aks1","region":"westeurope","poolName":"kata1","timing":{"pollMinSeconds":5,"pollMaxSeconds":60,"poolCreateSeconds":1800,
         "poolDeleteSeconds":1800,"rolloutSeconds":900,"namespaceDeleteSeconds":900}},
         "operation":{"id":"acme.1.6.offboard","kind":"offboard","revision":6,"incarnation":1,"startedAt":"1970-01-01T00:00:03+00:00","endedAt":null},
         "lastOperation":{"id":"acme.1.5.onboard","kind":"onboard","revision":5,"incarnation":1,"startedAt":"1970-01-01T00:00:01+00:00","endedAt":"1970-01-01T00:00:02+00:00"},
         "lastError":null,
         "waiting":[{"commandId":"command-4","kind":"onboard","revision":7,"spec":null,"acceptedAt":"1970-01-01T00:00:04+00:00"}],
         "commands":[{"commandId":"command-1","kind":"onboard","revision":5,"operationId":"acme.1.5.onboard","fate":"accepted","note":null}],
         "receipt":null,"createdAt":"1970-01-01T00:00:01+00:00","updatedAt":"1970-01-01T00:00:04+00:00"}
        """;

    [Fact]
    public void Deserialize_FirstVersionsState_ReadsEveryField()
    {
        var state = JsonSerializer.Deserialize<TenantState>(FirstVersion)!;

        Assert.Equal((TenantPhase.Offboarding, 1, 7L, 5L), (state.Phase, state.Incarnation, state.Revision, state.SettledRevision));
        Assert.Equal("web", state.InlineSpec?.Workloads[0].Name);
        Assert.Equal(60, state.Placement?.Timing.PollMaxSeconds);
        Assert.Equal(60, state.Placement?.Timing.WriteBurst);
        Assert.Equal("acme.1.6.offboard", state.Operation?.Id);
        Assert.Equal(7, Assert.Single(state.WaitingCommands).Revision);
        Assert.Equal(CommandStatus.Accepted, Assert.Single(state.Commands).Status);
    }

    [Fact]
    public void Complete_FirstVersionsOperation_StartsTheWaitingOneAboveItsNumbers()
    {
        const string Spec = """{"tier":"dedicated","cluster":null,"region":null,"expiresAt":"2027-01-01T00:00:00+00:00","workloads":[],"egressAllowList":[]}""";
        var stored = FirstVersion.Replace("\"revision\":7,\"spec\":null", $"\"revision\":7,\"spec\":{Spec}", StringComparison.Ordinal);
        var state = JsonSerializer.Deserialize<TenantState>(stored)!;

        var decision = OperationOutcomes.Complete(state, new("acme.1.6.offboard", true, null, null, new(null, null, null, null, null), DateTimeOffset.UnixEpoch));

        Assert.Equal(("acme.2.7.onboard", 7L), (decision.Start?.Id, decision.State!.DesiredRevision));
        Assert.Equal((TenantTier.Dedicated, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)), (decision.State.Desired!.Tier, decision.State.Expiry!.ExpiresAt));
        Assert.NotNull(decision.State.InlineSpec);
        Assert.Null(TenantObservations.AdoptSpec(decision.State, decision.State.Desired.Hash)!.InlineSpec);
        var next = TenantStateMachine.Act(decision.State with { Operation = null, Phase = TenantPhase.Ready }, new("c", "acme", TenantVerb.Suspend, "ann", "test", DateTimeOffset.UnixEpoch));
        Assert.Equal("acme.2.8.suspend", next.Answer.OperationId);
    }

    [Fact]
    public void Upgrade_FirstVersionsReadyTenant_KnowsWhatRuns()
    {
        var state = JsonSerializer.Deserialize<TenantState>(FirstVersion)! with { Phase = TenantPhase.Ready, Operation = null, WaitingCommands = [] };

        var (decision, answer) = TenantStateMachine.Act(state, new("c", "acme", TenantVerb.Reconcile, "ann", "test", DateTimeOffset.UnixEpoch));

        Assert.Equal("acme.1.8.reconcile", answer.OperationId);
        Assert.Equal((5L, decision.State!.Desired), (decision.State.AppliedRevision, decision.State.Applied));
        Assert.Equal("web", Assert.Single(decision.State.Desired!.Pods).Workload);
    }

    [Fact]
    public void Serialize_ThenDeserialize_IsEqual()
    {
        var tenant = new TenantSteps();
        tenant.Onboard(5);
        tenant.Succeed();
        tenant.Offboard(6);
        tenant.Onboard(7);

        var json = JsonSerializer.Serialize(tenant.State);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<TenantState>(json)));
        Assert.DoesNotContain("\"Phase\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_LongMessage_IsTruncated() =>
        Assert.Equal(TenantError.MaxMessageLength, TenantError.Create(null, "X", new string('x', 100_000)).Message.Length);
}
