using System.Globalization;
using Spectre.Console;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Show;

/// <summary>A live tree: one branch an orchestration, one leaf a step, with times.</summary>
internal sealed class ProgressTree(LocalSystem system) : ProgressView(system)
{
    private readonly Dictionary<string, Branch> _branches = new(StringComparer.Ordinal);
    private readonly List<Branch> _order = [];

    protected override void Show(IEnumerable<EngineProgress> news)
    {
        var steps = new StepTimes();
        AnsiConsole.Live(Render()).AutoClear(false).Start(live =>
        {
            foreach (var step in news)
            {
                steps.Ends(step, out var took);
                Apply(step, took ?? TimeSpan.Zero);
                live.UpdateTarget(Render());
            }
        });
    }

    private void Apply(EngineProgress news, TimeSpan took)
    {
        if (!_branches.TryGetValue(news.InstanceId, out var branch))
        {
            _branches[news.InstanceId] = branch = new Branch(news.InstanceId);
            _order.Add(branch);
        }

        var mark = news.Kind is EngineProgressKind.ActivityFailed or EngineProgressKind.InstanceFailed ? "[red]✗[/]" : "[green]✓[/]";
        switch (news.Kind)
        {
            case EngineProgressKind.ActivityScheduled:
                branch.Running = news.Name;
                break;
            case EngineProgressKind.ActivityCompleted or EngineProgressKind.ActivityFailed:
                branch.Running = null;
                branch.Add(news.Name, $"{mark} {Markup.Escape(news.Name)}", took, news.Detail);
                break;
            case EngineProgressKind.InstanceCompleted or EngineProgressKind.InstanceFailed or EngineProgressKind.InstanceTerminated:
                branch.End = $"{mark} [dim]{Milliseconds(took)}[/]";
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

            if (branch.Running is { } running)
            {
                node.AddNode($"[yellow]…[/] {Markup.Escape(running)}");
            }
        }

        return tree;
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private sealed class Branch(string instanceId)
    {
        private readonly List<(string Name, string Text, TimeSpan Took, int Times, string? Detail)> _steps = [];

        public string InstanceId => instanceId;

        public string? Running { get; set; }

        public string? End { get; set; }

        public IEnumerable<string> Leaves => _steps.Select(step =>
            $"{step.Text} [dim]{Milliseconds(step.Took)}{(step.Times > 1 ? $", {step.Times} times" : "")}[/]"
            + (step.Detail is null ? "" : $" [red]{Markup.Escape(step.Detail.ReplaceLineEndings(" "))}[/]"));

        /// <summary>A poll loop is one line with a count, not a page of lines.</summary>
        public void Add(string name, string text, TimeSpan took, string? detail)
        {
            if (_steps.Count > 0 && _steps[^1].Name == name)
            {
                _steps[^1] = (name, text, _steps[^1].Took + took, _steps[^1].Times + 1, detail);
            }
            else
            {
                _steps.Add((name, text, took, 1, detail));
            }
        }
    }
}
