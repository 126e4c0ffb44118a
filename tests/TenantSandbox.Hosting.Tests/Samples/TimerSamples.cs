using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Hosting.Tests.Samples;

public sealed class TimerSamples(Recorder recorder)
{
    [Function(nameof(EveryFiveMinutes))]
    public Task EveryFiveMinutes([TimerTrigger("%SampleSchedule%")] TimerInfo timer, CancellationToken cancellation) =>
        recorder.RecordAsync(timer, cancellation);

    [Function(nameof(Unmonitored))]
    public Task Unmonitored([TimerTrigger("0 0 0 1 1 *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellation) =>
        recorder.RecordAsync(timer, cancellation);
}

/// <summary>Generic, so that discovery in this assembly passes it by and it doesn't run in every test's host.</summary>
public sealed class StartupSamples<T>(Recorder recorder)
{
    [Function("AtStartup")]
    public Task AtStartup([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation) =>
        recorder.RecordAsync(timer, cancellation);
}
