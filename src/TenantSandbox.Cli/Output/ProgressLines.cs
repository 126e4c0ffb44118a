using System.Globalization;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Cli.Output;

/// <summary>Prints one plain line for each step that ended.</summary>
internal sealed class ProgressLines(LocalSystem system) : ProgressView(system)
{
    protected override void Show(IEnumerable<DurableProgress> reports)
    {
        var durations = new StepDurations();
        foreach (var report in reports)
        {
            if (durations.TryEnd(report, out var duration))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{durations.SecondsSinceFirst(report),8:0.000} s  {report.InstanceId,-28} {report.Name,-26} {OutcomeOf(report),-10} {duration?.TotalMilliseconds,6:0} ms{DetailOf(report)}"));
            }
        }
    }

    private static string OutcomeOf(DurableProgress report) => report.Kind switch
    {
        DurableProgressKind.ActivityFailed or DurableProgressKind.InstanceFailed => "failed",
        DurableProgressKind.InstanceTerminated => "terminated",
        DurableProgressKind.InstanceCompleted => "completed",
        _ => "done",
    };

    private static string DetailOf(DurableProgress report) => report.Detail is null ? "" : $"  {report.Detail.ReplaceLineEndings(" ")}";
}
