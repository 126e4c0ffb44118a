using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Show;

/// <summary>Pairs the start of each instance and activity with its end.</summary>
internal sealed class StepTimes
{
    private readonly Dictionary<(string Instance, string Name), Queue<DateTimeOffset>> _open = [];
    private DateTimeOffset? _start;

    /// <returns>How long the step took, when <paramref name="news"/> ends one; null otherwise.</returns>
    public TimeSpan? Follow(EngineProgress news)
    {
        _start ??= news.Time;
        var step = (news.InstanceId, news.Name);
        switch (news.Kind)
        {
            case EngineProgressKind.InstanceStarted or EngineProgressKind.ActivityScheduled:
                if (!_open.TryGetValue(step, out var starts))
                {
                    _open[step] = starts = [];
                }

                starts.Enqueue(news.Time);
                return null;
            case EngineProgressKind.InstanceContinuedAsNew:
                return null;
            default:
                // A step that began in an earlier run has no start here; it is shown as having taken no time.
                return _open.TryGetValue(step, out var open) && open.TryDequeue(out var start) ? news.Time - start : TimeSpan.Zero;
        }
    }

    public double SinceStart(EngineProgress news) => (news.Time - (_start ?? news.Time)).TotalSeconds;
}
