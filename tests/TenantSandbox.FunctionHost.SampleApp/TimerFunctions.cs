using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.FunctionHost.SampleApp;

public static class TimerFunctions
{
    /// <summary>Runs when the host starts and then once a year.</summary>
    [Function("AtStartup")]
    public static void AtStartup([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => Sightings.Add("AtStartup", timer);

    /// <summary>Runs by a schedule that tests set; waits for a file, so that a test can kill the worker meanwhile.</summary>
    [Function("OnSchedule")]
    public static async Task OnScheduleAsync(
        [TimerTrigger("%SampleSchedule%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken)
    {
        await Signals.WaitAsync("OnSchedule", cancellationToken);
        Sightings.Add("OnSchedule", timer);
    }
}
