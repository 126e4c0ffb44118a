using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Hosting.Tests.Samples;

public sealed class TimerSamples(Recorder recorder)
{
    [Function("EveryFiveMinutes")]
    public Task EveryFiveMinutes([TimerTrigger("%SampleSchedule%")] TimerInfo timer, CancellationToken cancellation) =>
        recorder.RecordAsync(timer, cancellation);
}
