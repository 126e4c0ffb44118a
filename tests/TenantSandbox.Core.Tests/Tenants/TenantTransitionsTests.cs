using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class TenantTransitionsTests
{
    [Fact]
    public void Next_EveryPhaseAndTrigger_IsInTableOrThrows()
    {
        TenantPhase?[] phases = [null, .. Enum.GetValues<TenantPhase>().Cast<TenantPhase?>()];
        var allowed = 0;
        foreach (var (phase, trigger) in phases.SelectMany(p => Enum.GetValues<TenantTrigger>().Select(t => (p, t))))
        {
            if (TenantTransitions.IsAllowed(phase, trigger))
            {
                allowed++;
                Assert.Contains((phase, trigger, TenantTransitions.Next(phase, trigger)), TenantTransitions.All);
            }
            else
            {
                var thrown = Assert.Throws<TenantTransitionException>(() => TenantTransitions.Next(phase, trigger));
                Assert.Equal((phase, trigger), (thrown.From, thrown.Trigger));
                Assert.Equal($"Invalid transition: '{trigger}' in phase '{phase?.ToString() ?? "none"}'.", thrown.Message);
            }
        }

        Assert.Equal(TenantTransitions.All.Count, allowed);
    }

    [Fact]
    public void All_EveryPhase_CanBeReachedAndLeft()
    {
        var reached = TenantTransitions.All.Select(t => t.To).ToHashSet();
        var left = TenantTransitions.All.Where(t => t.From != t.To).Select(t => t.From).ToHashSet();

        Assert.All(Enum.GetValues<TenantPhase>(), phase =>
        {
            Assert.Contains(phase, reached);
            Assert.Contains(phase, left);
        });
    }
}
