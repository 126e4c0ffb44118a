using System.Text.Json;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Timers;

/// <summary>Runs every function with a timer trigger on its schedule.</summary>
internal sealed class TimerTriggers(
    IFunctionInvoker invoker,
    FunctionHostOptions options,
    TimeProvider timeProvider,
    IConfiguration configuration,
    ILogger<TimerTriggers> logger) : ITriggerListener, IDisposable
{
    private readonly TriggerLoops _loops = new();

    public Task StartAsync(IReadOnlyList<FunctionDefinition> functions, CancellationToken cancellationToken)
    {
        var loops = functions.Where(function => function.IsTriggeredBy("timerTrigger")).Select(CreateLoop).ToArray();
        _loops.Start(loops.Select(loop => (Func<CancellationToken, Task>)loop.RunAsync));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _loops.StopAsync(cancellationToken);

    public void Dispose() => _loops.Dispose();

    private TimerLoop CreateLoop(FunctionDefinition function)
    {
        var schedule = ScheduleOf(function);
        var isMonitored = IsTrue(function.Trigger, "useMonitor", fallback: true) && !schedule.IsSubMinute(timeProvider.GetUtcNow());
        var monitor = isMonitored ? new TimerStatusFile(options.StateDirectory, function.Name, logger) : null;
        var runOnStartup = IsTrue(function.Trigger, "runOnStartup", fallback: false);
        return new TimerLoop(function, schedule, monitor, runOnStartup, invoker, timeProvider, logger);
    }

    private TimerSchedule ScheduleOf(FunctionDefinition function)
    {
        if (!function.Trigger.TryGetProperty("schedule", out var text))
        {
            throw function.Fault("its timer trigger has no schedule.");
        }

        try
        {
            return TimerSchedule.Parse(SettingNames.Resolve(text.GetString()!, configuration, $"timer function '{function.Name}'"));
        }
        catch (FormatException exception)
        {
            throw function.Fault(exception.Message);
        }
    }

    private static bool IsTrue(JsonElement trigger, string property, bool fallback) =>
        trigger.TryGetProperty(property, out var value) ? value.ValueKind is JsonValueKind.True : fallback;
}
