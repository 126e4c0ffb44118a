using System.Globalization;
using Spectre.Console;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Cli.Output;

/// <summary>A live tree: one branch per orchestration, one leaf per activity, with durations.</summary>
internal sealed class ProgressTree(LocalSystem system) : ProgressView(system)
{
    private readonly Dictionary<string, Branch> _branches = new(StringComparer.Ordinal);
    private readonly List<Branch> _order = [];

    protected override void Show(IEnumerable<DurableProgress> reports)
    {
        var durations = new StepDurations();
        AnsiConsole.Live(Render()).AutoClear(false).Start(live =>
        {
            foreach (var report in reports)
            {
                durations.TryEnd(report, out var duration);
                Apply(report, duration ?? TimeSpan.Zero);
                live.UpdateTarget(Render());
            }
        });
    }

    private void Apply(DurableProgress report, TimeSpan duration)
    {
        if (!_branches.TryGetValue(report.InstanceId, out var branch))
        {
            _branches[report.InstanceId] = branch = new Branch(report.InstanceId);
            _order.Add(branch);
        }

        var mark = report.Kind is DurableProgressKind.ActivityFailed or DurableProgressKind.InstanceFailed ? "[red]✗[/]" : "[green]✓[/]";
        switch (report.Kind)
        {
            case DurableProgressKind.ActivityStarted:
                branch.RunningActivity = report.Name;
                break;
            case DurableProgressKind.ActivityCompleted or DurableProgressKind.ActivityFailed:
                branch.RunningActivity = null;
                branch.Add(report.Name, $"{mark} {Markup.Escape(report.Name)}", duration, report.Detail);
                break;
            case DurableProgressKind.InstanceCompleted or DurableProgressKind.InstanceFailed or DurableProgressKind.InstanceTerminated:
                branch.End = $"{mark} [dim]{Milliseconds(duration)}[/]";
                break;
        }
    }

    private Tree Render()
    {
        var tree = new Tree("[bold]TenantSandbox[/]") { Style = new Style(foreground: Color.Grey) };
        foreach (var branch in _order)
        {
            var node = tree.AddNode($"[bold]{Markup.Escape(branch.InstanceId)}[/] {branch.End ?? "[yellow]…[/]"}");
            foreach (var leaf in branch.Leaves)
            {
                node.AddNode(leaf);
            }

            if (branch.RunningActivity is { } running)
            {
                node.AddNode($"[yellow]…[/] {Markup.Escape(running)}");
            }
        }

        return tree;
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private sealed class Branch(string instanceId)
    {
        private readonly List<(string Name, string Text, TimeSpan Duration, int Count, string? Detail)> _steps = [];

        public string InstanceId => instanceId;

        public string? RunningActivity { get; set; }

        public string? End { get; set; }

        public IEnumerable<string> Leaves => _steps.Select(step =>
            $"{step.Text} [dim]{Milliseconds(step.Duration)}{(step.Count > 1 ? $", {step.Count} times" : "")}[/]"
            + (step.Detail is null ? "" : $" [red]{Markup.Escape(step.Detail.ReplaceLineEndings(" "))}[/]"));

        /// <summary>Adds a step; repeated ones, as in a polling loop, share a line with a count.</summary>
        public void Add(string name, string text, TimeSpan duration, string? detail)
        {
            if (_steps.Count > 0 && _steps[^1].Name == name)
            {
                _steps[^1] = (name, text, _steps[^1].Duration + duration, _steps[^1].Count + 1, detail);
            }
            else
            {
                _steps.Add((name, text, duration, 1, detail));
            }
        }
    }
}
