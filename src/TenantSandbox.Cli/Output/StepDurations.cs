using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Cli.Output;

/// <summary>Pairs the start of each instance and activity with its end.</summary>
internal sealed class StepDurations
{
    private readonly Dictionary<(string Instance, string Name), Queue<DateTimeOffset>> _started = [];
    private DateTimeOffset? _first;

    /// <param name="progress">What was reported.</param>
    /// <param name="duration">How long the step took; null when it began in an earlier run.</param>
    /// <returns>Whether a step ended.</returns>
    public bool TryEnd(DurableProgress progress, out TimeSpan? duration)
    {
        duration = null;
        _first ??= progress.Time;
        var step = (progress.InstanceId, progress.Name);
        switch (progress.Kind)
        {
            case DurableProgressKind.InstanceStarted or DurableProgressKind.ActivityStarted:
                if (!_started.TryGetValue(step, out var starts))
                {
                    _started[step] = starts = [];
                }

                starts.Enqueue(progress.Time);
                return false;
            case DurableProgressKind.InstanceContinuedAsNew:
                return false;
            default:
                if (_started.TryGetValue(step, out var open) && open.TryDequeue(out var start))
                {
                    duration = progress.Time - start;
                }

                return true;
        }
    }

    public double SecondsSinceFirst(DurableProgress progress) => (progress.Time - (_first ?? progress.Time)).TotalSeconds;
}
