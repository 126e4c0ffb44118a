using System.Diagnostics;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Local.Samples;
using TenantSandbox.Local.Show;

namespace TenantSandbox.Local.Commands;

/// <summary>The whole life of the samples, from nothing to proof that nothing is left.</summary>
internal static class RunOnce
{
    /// <returns>0 when every tenant was ready, then offboarded, and nothing was left; 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        LocalSystem system, SampleTenants tenants, ProgressView view, string? kubeconfig, CancellationToken cancellation)
    {
        view.Start();
        var onboarding = await MeasureAsync(system, async () =>
        {
            await tenants.OnboardAsync(cancellation);
            return await tenants.WhenSettledAsync(cancellation);
        });
        var offboarding = await MeasureAsync(system, async () =>
        {
            await tenants.OffboardAsync(cancellation);
            return await tenants.WhenSettledAsync(cancellation);
        });
        // A pool's deletion ends after the tenant's offboarding has; nothing is left only when that has ended too.
        await system.Engine.WhenIdleAsync(cancellation);
        await view.DisposeAsync();

        var left = await Leftovers.FindAsync(system, offboarding.Tenants.Select(tenant => tenant.TenantId), kubeconfig, cancellation);
        await RunReport.PrintAsync(system, onboarding, offboarding, left);
        var good = left.Count == 0
            && onboarding.Tenants.All(tenant => tenant.Phase is TenantPhase.Ready)
            && offboarding.Tenants.All(tenant => tenant.Phase is TenantPhase.Offboarded);
        return good ? 0 : 1;
    }

    private static async Task<RunPhase> MeasureAsync(LocalSystem system, Func<Task<IReadOnlyList<TenantView>>> work)
    {
        var (arm, kube) = Calls();
        var clock = Stopwatch.StartNew();
        var tenants = await work();
        var (armAfter, kubeAfter) = Calls();
        return new RunPhase(tenants, clock.Elapsed, armAfter - arm, kubeAfter - kube);

        (int Arm, int Kube) Calls() => (system.Twin?.Calls.Total("arm.") ?? 0, system.Twin?.Calls.Total("kube.") ?? 0);
    }
}

/// <summary>One half of the run.</summary>
/// <param name="Tenants">How every sample stood at its end.</param>
/// <param name="Took">Wall time.</param>
/// <param name="ArmCalls">Calls that the twin's ARM endpoint took.</param>
/// <param name="KubernetesCalls">Calls that the twin's Kubernetes API took.</param>
internal sealed record RunPhase(IReadOnlyList<TenantView> Tenants, TimeSpan Took, int ArmCalls, int KubernetesCalls);
