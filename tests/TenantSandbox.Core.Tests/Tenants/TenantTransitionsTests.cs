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
                Assert.NotEqual(phase, TenantTransitions.Next(phase, trigger));
            }
            else
            {
                var thrown = Assert.Throws<TenantTransitionException>(() => TenantTransitions.Next(phase, trigger));
                Assert.Equal((phase, trigger), (thrown.From, thrown.Trigger));
                Assert.Equal($"Invalid transition: '{trigger}' in phase '{phase?.ToString() ?? "none"}'.", thrown.Message);
            }
        }

        Assert.Equal(11, allowed);
    }
}
