using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Isolation;

/// <summary>
/// Verifies one tenant: starts probe pods, waits until they have ended, judges, and deletes them whatever happens. A part of the operations
/// that make a tenant ready, with a history of its own, so that theirs stay short. Starts further probes if pods are moved meanwhile.
/// </summary>
public static class VerifyIsolationOrchestration
{
    [Function(nameof(VerifyIsolationOrchestration))]
    public static async Task<IsolationVerdict> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, VerificationInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        var verification = input with { InstanceId = context.InstanceId, StartedAt = context.Now() };
        var hasProbes = true;
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var attempted = verification with { Attempt = attempt };
                progress.BeginStep("start the probes");
                var start = await context.CallAsync<ProbeStart>(ActivityNames.StartProbes, attempted, progress);
                hasProbes = start.Probes > 0 || attempt > 0;
                if (!start.IsEnabled)
                {
                    return IsolationVerdict.NotVerified;
                }

                if (!start.IsDone && start.Probes > 0)
                {
                    progress.BeginStep("wait for the probes");
                    await WaitAsync(context, attempted, start, progress);
                }

                progress.BeginStep("judge the isolation");
                var verdict = await context.CallAsync<IsolationVerdict>(ActivityNames.JudgeIsolation, attempted, progress);
                // The last attempt is always judged.
                if (!verdict.MustProbeAgain)
                {
                    return verdict;
                }
            }
        }
        finally
        {
            if (hasProbes)
            {
                // A failure changes no verdict: probes end by themselves, and the next verification deletes those that are left.
                await Saga.AttemptAsync(() => context.CallAsync(ActivityNames.DeleteProbes, input.Tenant.Namespace, progress));
            }
        }
    }

    // What hasn't ended then is judged as it is: its node counts as not probed.
    private static async Task WaitAsync(TaskOrchestrationContext context, VerificationInput verification, ProbeStart start, OperationProgress progress)
    {
        var deadline = context.Now().AddSeconds(start.WaitSeconds);
        var delay = new PollingDelay(context, verification.Timing, progress);
        var observed = await context.CallAsync<ProbeObservation>(ActivityNames.WatchProbes, verification, progress);
        while (!observed.IsDone && context.Now() < deadline)
        {
            progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync();
            observed = await context.CallAsync<ProbeObservation>(ActivityNames.WatchProbes, verification, progress);
        }
    }
}
