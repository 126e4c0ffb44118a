using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Every verb in every phase has a decided answer: the one of this table.</summary>
public sealed class TenantRulesTests
{
    // start: an operation; change: at once; done: nothing to do; the others are refusals. One column for each settled phase, in
    // the order none, ready, suspended, failed, teardownFailed, offboarded, quarantined.
    private const string Table =
        """
        onboard          start     conflict  conflict  start     conflict  start     conflict
        update           notFound  start     change    conflict  conflict  gone      conflict
        suspend          notFound  start     done      conflict  conflict  gone      conflict
        resume           notFound  done      start     conflict  conflict  gone      conflict
        renew            notFound  change    change    conflict  conflict  gone      change
        offboard         notFound  start     start     start     start     gone      start
        reconcile        notFound  start     start     conflict  conflict  gone      conflict
        lift-quarantine  notFound  conflict  conflict  conflict  conflict  gone      start
        force-offboard   notFound  start     start     start     start     gone      start
        compensate       notFound  start     start     start     start     start     conflict
        verify           notFound  start     conflict  conflict  conflict  gone      conflict
        """;

    private static readonly Dictionary<TenantPhase, int> ColumnOfRunning = new()
    {
        [TenantPhase.Onboarding] = 1,
        [TenantPhase.Updating] = 1,
        [TenantPhase.Resuming] = 1,
        [TenantPhase.Suspending] = 2,
        [TenantPhase.Offboarding] = 5,
    };

    [Fact]
    public void Of_EveryVerbAndPhase_IsAsInTheTable()
    {
        var rows = Table.Split('\n', StringSplitOptions.TrimEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        TenantPhase?[] columns =
        [
            null, TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.TeardownFailed, TenantPhase.Offboarded, TenantPhase.Quarantined,
        ];

        Assert.Equal(TenantRules.Verbs.Select(v => v.ToWireName()).Order(StringComparer.Ordinal), rows.Select(r => r[0]).Order(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            Assert.True(TenantVerbs.TryParse(row[0], out var verb));
            for (var i = 0; i < columns.Length; i++)
            {
                var rule = TenantRules.Of(columns[i], verb);
                Assert.True(string.Equals(rule.Admission.ToString(), row[i + 1], StringComparison.OrdinalIgnoreCase), $"{verb} in {columns[i]}: {rule}");
                Assert.Equal(rule.Admission == Admission.Start, rule.Operation is not null);
                Assert.Equal(rule.Admission == Admission.Start, rule.Message is null);
            }
        }
    }

    [Fact]
    public void Of_PhaseWithARunningOperation_IsThatOfThePhaseAfterIt()
    {
        foreach (var phase in Enum.GetValues<TenantPhase>())
        {
            foreach (var verb in TenantRules.Verbs)
            {
                var expected = ColumnOfRunning.TryGetValue(phase, out var column) ? TenantRules.SettledPhases[column] : phase;
                Assert.Same(TenantRules.Of(expected, verb), TenantRules.Of(phase, verb));
            }
        }
    }

    [Fact]
    public void Of_OperationsToStart_AreAllowedByTheTransitions()
    {
        foreach (var phase in TenantRules.SettledPhases)
        {
            foreach (var rule in TenantRules.Verbs.Select(v => TenantRules.Of(phase, v)).Where(r => r.Operation is not null))
            {
                var trigger = rule.Operation switch
                {
                    TenantOperationKind.Onboard => TenantTrigger.OnboardStarted,
                    TenantOperationKind.Update => TenantTrigger.UpdateStarted,
                    TenantOperationKind.Suspend => TenantTrigger.SuspendStarted,
                    TenantOperationKind.Resume => TenantTrigger.ResumeStarted,
                    TenantOperationKind.Offboard => TenantTrigger.OffboardStarted,
                    TenantOperationKind.Reconcile => TenantTrigger.Reconciled,
                    TenantOperationKind.Verify => TenantTrigger.Verified,
                    _ => TenantTrigger.Compensated,
                };
                Assert.True(TenantTransitions.IsAllowed(phase, trigger), $"{rule.Operation} in {phase}");
            }
        }
    }
}
