using System.Globalization;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Show;

/// <summary>One plain line for each step that ended.</summary>
internal sealed class ProgressLines(LocalSystem system) : ProgressView(system)
{
    protected override void Show(IEnumerable<EngineProgress> news)
    {
        var steps = new StepTimes();
        foreach (var step in news)
        {
            if (!steps.Ends(step, out var took))
            {
                continue;
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{steps.SinceStart(step),8:0.000} s  {step.InstanceId,-28} {step.Name,-26} {Outcome(step),-9} {took?.TotalMilliseconds,6:0} ms{Detail(step)}"));
        }
    }

    private static string Outcome(EngineProgress step) => step.Kind switch
    {
        EngineProgressKind.ActivityFailed or EngineProgressKind.InstanceFailed => "failed",
        EngineProgressKind.InstanceTerminated => "terminated",
        EngineProgressKind.InstanceCompleted => "completed",
        _ => "done",
    };

    private static string Detail(EngineProgress step) => step.Detail is null ? "" : $"  {step.Detail.ReplaceLineEndings(" ")}";
}
