using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Show;

/// <summary>Pairs the start of each instance and activity with its end.</summary>
internal sealed class StepTimes
{
    private readonly Dictionary<(string Instance, string Name), Queue<DateTimeOffset>> _open = [];
    private DateTimeOffset? _start;

    /// <param name="news">What happened.</param>
    /// <param name="took">How long the step took; null when it began in an earlier run.</param>
    /// <returns>Whether a step ended.</returns>
    public bool Ends(EngineProgress news, out TimeSpan? took)
    {
        took = null;
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
                return false;
            case EngineProgressKind.InstanceContinuedAsNew:
                return false;
            default:
                if (_open.TryGetValue(step, out var open) && open.TryDequeue(out var start)) took = news.Time - start;
                return true;
        }
    }

    public double SinceStart(EngineProgress news) => (news.Time - (_start ?? news.Time)).TotalSeconds;
}
