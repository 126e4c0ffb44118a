using System.Globalization;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.DurableTask.Worker.Grpc;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Testing.Determinism;

/// <summary>
/// Tests determinism with the official runner: from every step of a recorded run, as if the process had ended before it, the code must
/// schedule what it scheduled then. It runs with an unusual culture; another time zone, hash seed and clock come with another process.
/// </summary>
public static class ReplayHarness
{
    /// <exception cref="NonDeterminismException">The code schedules something else; the message names the step and both sides.</exception>
    public static void Verify(RecordedRun run, ITaskOrchestrator orchestration)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(orchestration);
        int[] starts = [.. run.Events.Select((e, i) => (e, i)).Where(x => x.e is OrchestratorStartedEvent).Select(x => x.i)];
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = UnusualCulture();
        try
        {
            for (var step = 0; step < starts.Length; step++)
            {
                var end = step + 1 < starts.Length ? starts[step + 1] : run.Events.Count;
                VerifyStep(run, orchestration, step + 1, [.. run.Events.Take(starts[step])], [.. run.Events.Take(end).Skip(starts[step])]);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static void VerifyStep(RecordedRun run, ITaskOrchestrator orchestration, int step, HistoryEvent[] past, HistoryEvent[] events)
    {
        string[] recorded = [.. events.Select(ActionText.Of).OfType<string>()];
        var request = new P.OrchestratorRequest
        {
            InstanceId = run.InstanceId,
            EntityParameters = new P.OrchestratorEntityParameters { EntityMessageReorderWindow = Duration.FromTimeSpan(TimeSpan.Zero) },
        };
        request.PastEvents.Add(past.Select(ProtobufUtils.ToHistoryEventProto));
        request.NewEvents.Add(events.Where(e => ActionText.Of(e) is null && e is not OrchestratorCompletedEvent).Select(ProtobufUtils.ToHistoryEventProto));
        var answer = GrpcOrchestrationRunner.LoadAndRun(Convert.ToBase64String(request.ToByteArray()), orchestration, Shims.Services);
        var response = P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer));
        string[] replayed = [.. response.Actions.Select(ProtobufUtils.ToOrchestratorAction).Select(ActionText.Of)];
        for (var i = 0; i < Math.Max(recorded.Length, replayed.Length); i++)
        {
            var (then, now) = (recorded.ElementAtOrDefault(i) ?? "nothing", replayed.ElementAtOrDefault(i) ?? "nothing");
            if (then != now)
            {
                throw new NonDeterminismException(run.InstanceId, step, Excerpt(then, now), Excerpt(now, then));
            }
        }
    }

    /// <summary>The start of a text, and what surrounds its first difference to another one.</summary>
    private static string Excerpt(string text, string other)
    {
        const int Start = 100;
        const int Margin = 100;
        var difference = text.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(Start, difference - Margin);
        return text.Length <= Start + (2 * Margin) || from >= text.Length
            ? text
            : $"{text[..Start]} … {text[from..Math.Min(text.Length, difference + Margin)]} …";
    }

    /// <summary>Derived from the current culture, so that it needs no culture data: what is formatted with it differs, and the casing of the current culture still shows.</summary>
    private static CultureInfo UnusualCulture()
    {
        var culture = (CultureInfo)CultureInfo.CurrentCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = "٫";
        culture.NumberFormat.NumberGroupSeparator = "’";
        culture.NumberFormat.NegativeSign = "−";
        culture.DateTimeFormat.DateSeparator = culture.DateTimeFormat.TimeSeparator = "·";
        culture.DateTimeFormat.ShortDatePattern = "yy/dd/MM";
        culture.DateTimeFormat.LongTimePattern = "ss:mm:HH";
        return culture;
    }
}

/// <summary>An orchestration's code doesn't schedule what it scheduled when the run was recorded.</summary>
/// <param name="instanceId">The instance.</param>
/// <param name="step">The step, from 1.</param>
/// <param name="recorded">What the history has.</param>
/// <param name="replayed">What the code does now.</param>
public sealed class NonDeterminismException(string instanceId, int step, string recorded, string replayed)
    : Exception($"Step {step} of '{instanceId}': the history has {recorded}, but the code now has {replayed}.")
{
    public int Step { get; } = step;

    public string Recorded { get; } = recorded;

    public string Replayed { get; } = replayed;
}
