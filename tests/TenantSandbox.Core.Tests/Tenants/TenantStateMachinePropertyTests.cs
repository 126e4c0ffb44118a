using CsCheck;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Random sequences of requests, repeated requests and reports.</summary>
public sealed class TenantStateMachinePropertyTests
{
    private static readonly TenantRequestKind[] Requests = [TenantRequestKind.Suspend, TenantRequestKind.Resume, TenantRequestKind.Renew];
    private static readonly TenantVerb[] Acts = [.. TenantVerbs.OfTenants, .. TenantVerbs.OfOperations, TenantVerb.Offboard];

    private static readonly Gen<Action<TenantSteps>> Step = Gen.Frequency(
        (4, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 1], Gen.Int[0, 5], (r, c, id) => Do(t => t.Onboard(r, $"{c}", id == 0 ? "same" : null)))),
        (3, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 5], (r, id) => Do(t => t.Offboard(r, id == 0 ? "same" : null)))),
        (1, Gen.Const(Do(t => t.Offboard()))),
        (3, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 1], (r, c) => Do(t => t.Update(r, $"{c}")))),
        (4, Gen.Select(Gen.OneOfConst(Requests), Gen.Long[1, 12], Gen.Bool, (kind, r, has) => Do(t => t.Request(kind, has ? r : null)))),
        (5, Gen.OneOfConst(Acts).Select(verb => Do(t => t.Act(verb)))),
        (1, Gen.Bool.Select(quarantine => Do(t => t.Observe(quarantine)))),
        (3, Gen.Const(Do(t => _ = t.State?.Operation is null ? t : t.Succeed()))),
        (2, Gen.Bool.Select(isClean => Do(t => _ = t.State?.Operation is null ? t : t.Fail(isClean)))));

    [Fact]
    public void Submit_AnySequence_KeepsTheInvariants() =>
        Step.List[1, 60].Sample(steps =>
        {
            var tenant = new TenantSteps();
            var startedIds = new HashSet<string>(StringComparer.Ordinal);
            foreach (var step in steps)
            {
                var before = tenant.State;
                step(tenant);
                Check(before, tenant, startedIds);
            }
        });

    [Fact]
    public void Submit_AnySequence_EndsIdleOnceEveryOperationEnds() =>
        Step.List[1, 40].Sample(steps =>
        {
            var tenant = new TenantSteps();
            steps.ForEach(step => step(tenant));
            for (var i = 0; i < TenantState.MaxWaiting + 1 && tenant.State?.Operation is not null; i++)
            {
                tenant.Succeed();
            }

            Assert.Null(tenant.State?.Operation);
            Assert.Empty(tenant.State?.WaitingCommands ?? []);
            Assert.Contains(tenant.State?.Phase, TenantRules.SettledPhases);
        });

    private static Action<TenantSteps> Do(Action<TenantSteps> step) => step;

    private static void Check(TenantState? before, TenantSteps tenant, HashSet<string> startedIds)
    {
        if (tenant.State is not { } now)
        {
            Assert.Null(before);
            return;
        }

        Assert.True(now.Revision >= (before?.Revision ?? 0), "the revision decreased");
        Assert.True(now.Incarnation - (before?.Incarnation ?? 0) is 0 or 1, "the incarnation decreased or skipped a number");
        Assert.True(now.WaitingCommands.Count <= TenantState.MaxWaiting, "too many commands wait");
        Assert.True(now.Commands.Count <= TenantState.MaxCommands, "too many commands are remembered");
        Assert.True(now.Operation is not null || now.WaitingCommands.Count == 0, "a command waits without a running operation");
        Assert.True(now.Operation is not null || TenantRules.Settled(now.Phase) == now.Phase, "no operation runs, but the phase says so");
        Assert.True(
            now.Operation is null || TenantRules.Settled(now.Phase) != now.Phase || now.Operation.Kind is TenantOperationKind.Reconcile or TenantOperationKind.Compensate or TenantOperationKind.Verify,
            "an operation runs, but the phase doesn't say so");
        Assert.True(now.Sequence >= (before?.Sequence ?? 0), "the sequence decreased");
        Assert.True(now.WaitingCommands.All(w => w.Sequence > now.Operation!.Sequence), "a waiting command has a lower number than the running operation");
        Assert.True(now.Audit.Count <= TenantState.MaxAudit && now.Operations.Count <= TenantState.MaxOperations, "too much is remembered");
        if (tenant.Started is { } started)
        {
            Assert.Equal(started, now.Operation);
            Assert.True(startedIds.Add(started.Id), $"{started.Id} was started twice");
            Assert.True(before?.Operation is null || before.Operation.Id != started.Id);
        }
        else if (before?.Operation is { } running && now.Operation is { } stillRunning)
        {
            Assert.Equal(running, stillRunning);
        }
    }
}
