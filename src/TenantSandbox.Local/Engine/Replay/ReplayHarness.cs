using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Tests determinism: from every step of a recorded run, as if the process had died before it, the code must go on as it did then.
/// It does so under a culture that nobody has; another time zone, hash seed and clock come with replaying a recorded run in another process.
/// </summary>
public static class ReplayHarness
{
    /// <exception cref="NonDeterminismException">The code does something else; the message names the step and both sides.</exception>
    public static void Verify(RecordedRun run, Func<TaskOrchestrationContext, Task<object?>> code, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(run);
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Hostile();
        try
        {
            for (int step = 1; step <= (run.Events.Count == 0 ? 0 : run.Events[^1].Step); step++)
            {
                VerifyStep(run, step, code, options);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static void VerifyStep(RecordedRun run, int step, Func<TaskOrchestrationContext, Task<object?>> code, EngineOptions options)
    {
        List<HistoryEvent> past = [.. run.Events.Where(e => e.Step < step)];
        HistoryEvent[] thisStep = [.. run.Events.Where(e => e.Step == step)];
        HistoryEvent? end = Array.Find(thisStep, e => e.Kind == HistoryEventKind.ExecutionCompleted);
        HistoryEvent[] received = [.. thisStep.Where(e => !e.IsScheduled && e != end)];
        HistoryEvent[] recorded = [.. thisStep.Where(e => e.IsScheduled)];

        ReplayOutcome outcome = new Replay(run.ToRow(), code, options, NullLoggerFactory.Instance).Run(past, received);
        if (outcome.NonDeterminism is { } found)
        {
            throw found;
        }

        HistoryEvent[] replayed = [.. outcome.Actions.Select(action => action.ToHistory(step, received.Length > 0 ? received[0].Time : default))];
        for (int i = 0; i < Math.Max(recorded.Length, replayed.Length); i++)
        {
            string then = Describe(recorded.ElementAtOrDefault(i)), now = Describe(replayed.ElementAtOrDefault(i));
            if (then != now)
            {
                throw new NonDeterminismException(step, then, now);
            }
        }

        // A failure's text may hold a stack trace, which isn't the code's doing: only that it failed counts.
        bool sameEnd = end is null
            ? outcome.NextRun is not null || !outcome.Status.IsTerminal()
            : outcome.Status.ToString() == end.Name && (outcome.Status != OrchestrationRuntimeStatus.Completed || outcome.Output == end.Data);
        if (!sameEnd)
        {
            throw new NonDeterminismException(
                step, $"the end {end?.Name ?? "not yet"} {end?.Data}", $"{outcome.Status} {outcome.Output} {outcome.Failure?.Message}");
        }
    }

    private static string Describe(HistoryEvent? e)
        => e is null ? "nothing" : $"{ScheduledAction.Describe(e.Kind, e.TaskId, e.Name)}" + (e.Data is null ? string.Empty : $" ({e.Data})");

    /// <summary>
    /// Made up of the process's own, so that it is there without culture data too: what formats by the current culture comes out different,
    /// and what is the process's own beside that (casing, order of words) still shows.
    /// </summary>
    private static CultureInfo Hostile()
    {
        CultureInfo culture = (CultureInfo)CultureInfo.CurrentCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = "٫";
        culture.NumberFormat.NumberGroupSeparator = "’";
        culture.NumberFormat.NegativeSign = "−";
        culture.DateTimeFormat.DateSeparator = culture.DateTimeFormat.TimeSeparator = "·";
        culture.DateTimeFormat.ShortDatePattern = "yy/dd/MM";
        culture.DateTimeFormat.LongTimePattern = "ss:mm:HH";
        return culture;
    }
}
