using CsCheck;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Random sequences of requests, repeated requests and reports.</summary>
public sealed class TenantStateMachinePropertyTests
{
    private static readonly Gen<Action<TenantSteps>> Step = Gen.Frequency(
        (4, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 1], Gen.Int[0, 5], (r, c, id) => Do(t => t.Onboard(r, $"{c}", id == 0 ? "same" : null)))),
        (3, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 5], (r, id) => Do(t => t.Offboard(r, id == 0 ? "same" : null)))),
        (1, Gen.Const(Do(t => t.Offboard()))),
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
            Assert.Contains(tenant.State?.Phase, new TenantPhase?[] { null, TenantPhase.Ready, TenantPhase.Failed, TenantPhase.Offboarded, TenantPhase.TeardownFailed });
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
        Assert.True(now.Operation is not null == now.Phase is TenantPhase.Onboarding or TenantPhase.Offboarding, "phase and operation disagree");
        Assert.True(now.WaitingCommands.All(w => w.Revision > now.Operation!.Revision), "a waiting command has a lower revision than the running operation");
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
