using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Timers;

/// <summary>Runs every timer function for as long as the host is up.</summary>
internal sealed class TimerTriggers : BackgroundService
{
    private readonly TimerLoop[] _loops;

    public TimerTriggers(
        IReadOnlyList<FunctionDescriptor> functions,
        FunctionInvoker invoker,
        FunctionHostOptions options,
        IConfiguration configuration,
        ILogger<TimerTriggers> log)
    {
        _loops = [.. functions.Where(function => function.Trigger is TimerTriggerAttribute).Select(LoopOf)];

        TimerLoop LoopOf(FunctionDescriptor function)
        {
            var trigger = (TimerTriggerAttribute)function.Trigger;
            var schedule = ScheduleOf(function, SettingNames.Resolve(trigger.Schedule, configuration, $"timer function '{function.Name}'"));
            var monitor = trigger.UseMonitor ? new TimerStatusFile(options.StateDirectory, function.Name) : null;
            return new TimerLoop(function, schedule, monitor, invoker, options.TimeProvider, log);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_loops.Select(loop => loop.RunAsync(stoppingToken)));

    private static TimerSchedule ScheduleOf(FunctionDescriptor function, string text)
    {
        try
        {
            return TimerSchedule.Parse(text);
        }
        catch (FormatException exception)
        {
            throw function.Fault(exception.Message);
        }
    }
}
