using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Timers;

/// <summary>Runs every timer function for as long as the host is up.</summary>
internal sealed class TimerTriggers(
    IReadOnlyList<FunctionDescriptor> functions,
    FunctionInvoker invoker,
    FunctionHostOptions options,
    IConfiguration configuration,
    ILogger<TimerTriggers> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(functions.Where(function => function.Trigger is TimerTriggerAttribute).Select(LoopOf).ToArray()
                .Select(loop => loop.RunAsync(stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: the loops end where they wait.
        }
    }

    private TimerLoop LoopOf(FunctionDescriptor function)
    {
        var trigger = (TimerTriggerAttribute)function.Trigger;
        var schedule = TimerSchedule.Parse(SettingNames.Resolve(trigger.Schedule, configuration, $"timer function '{function.Name}'"));
        var monitor = trigger.UseMonitor ? new TimerStatusFile(options.StateDirectory, function.Name) : null;
        return new TimerLoop(function, schedule, monitor, invoker, options.TimeProvider, log);
    }
}
