using System.Diagnostics;
using DurableTask.Core;
using DurableTask.Core.Query;
using TenantSandbox.Cli.Client;
using TenantSandbox.Cli.Local;
using TenantSandbox.Cli.Output;
using TenantSandbox.Cli.Samples;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Cli.Commands;

/// <summary><c>run --once</c>: onboards the samples, offboards them, and looks for anything that is left.</summary>
internal static class RunOnce
{
    /// <returns>0 when every tenant became ready, was offboarded, and nothing is left; 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        LocalSystem system, SampleTenants tenants, ProgressView view, string? kubeconfig, CancellationToken cancellationToken)
    {
        view.Start();
        var onboarding = await MeasureAsync(system, async () =>
        {
            await tenants.OnboardAsync(cancellationToken);
            return await tenants.WaitUntilSettledAsync(cancellationToken);
        });
        var offboarding = await MeasureAsync(system, async () =>
        {
            await tenants.OffboardAsync(cancellationToken);
            return await tenants.WaitUntilSettledAsync(cancellationToken);
        });
        await WaitUntilNothingRunsAsync(system, cancellationToken);
        await view.DisposeAsync();

        var leftovers = await Output.Leftovers.FindAsync(system, offboarding.Tenants.Select(tenant => tenant.TenantId), kubeconfig, cancellationToken);
        await RunReport.PrintAsync(system, onboarding, offboarding, leftovers);
        var isGood = leftovers.Count == 0
            && onboarding.Tenants.All(tenant => tenant.Phase is TenantPhase.Ready)
            && offboarding.Tenants.All(tenant => tenant.Phase is TenantPhase.Offboarded);
        return isGood ? 0 : 1;
    }

    // A pool's deletion ends after the offboarding that caused it.
    private static async Task WaitUntilNothingRunsAsync(LocalSystem system, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery
        {
            RuntimeStatus = [OrchestrationStatus.Pending, OrchestrationStatus.Running],
            ExcludeEntities = true,
            PageSize = 100,
        };
        var instances = (IOrchestrationServiceQueryClient)system.OrchestrationService;
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await instances.GetOrchestrationWithQueryAsync(query, cancellationToken)).OrchestrationState.Count > 0)
        {
            await interval.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task<RunPhase> MeasureAsync(LocalSystem system, Func<Task<IReadOnlyList<TenantDocument>>> work)
    {
        var (arm, kubernetes) = CountCalls();
        var clock = Stopwatch.StartNew();
        var tenants = await work();
        var (armAfter, kubernetesAfter) = CountCalls();
        return new RunPhase(tenants, clock.Elapsed, armAfter - arm, kubernetesAfter - kubernetes);

        (int Arm, int Kubernetes) CountCalls() => (system.Twin?.Calls.Total("arm.") ?? 0, system.Twin?.Calls.Total("kube.") ?? 0);
    }
}

/// <summary>One half of the run.</summary>
/// <param name="Tenants">Every sample at the end of the phase.</param>
/// <param name="Duration">Wall time.</param>
/// <param name="ArmCalls">Requests to the twin's ARM endpoint.</param>
/// <param name="KubernetesCalls">Requests to the twin's Kubernetes API.</param>
internal sealed record RunPhase(IReadOnlyList<TenantDocument> Tenants, TimeSpan Duration, int ArmCalls, int KubernetesCalls);
