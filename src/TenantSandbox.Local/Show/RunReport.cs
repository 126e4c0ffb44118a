using System.Globalization;
using Spectre.Console;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Local.Commands;

namespace TenantSandbox.Local.Show;

/// <summary>The table at the end of <c>run --once</c>.</summary>
internal static class RunReport
{
    public static async Task PrintAsync(LocalSystem system, RunPhase onboarding, RunPhase offboarding, IReadOnlyList<string> left)
    {
        var tenants = new Table().Title("tenants").AddColumns("tenant", "onboarded", "time", "engine steps", "offboarded", "time", "engine steps");
        foreach (var (up, down) in onboarding.Tenants.Zip(offboarding.Tenants))
        {
            tenants.AddRow(
                up.TenantId,
                Outcome(up, TenantPhase.Ready),
                Took(up.LastOperation),
                await StepsAsync(system, up.LastOperation),
                Outcome(down, TenantPhase.Offboarded),
                Took(down.LastOperation),
                await StepsAsync(system, down.LastOperation));
        }

        var phases = new Table().Title("phases").AddColumns("phase", "time", "ARM calls", "Kubernetes calls")
            .AddRow("onboarding", Seconds(onboarding.Took), $"{onboarding.ArmCalls}", $"{onboarding.KubernetesCalls}")
            .AddRow("offboarding", Seconds(offboarding.Took), $"{offboarding.ArmCalls}", $"{offboarding.KubernetesCalls}");
        AnsiConsole.Write(tenants);
        AnsiConsole.Write(phases);
        Console.WriteLine(left.Count == 0
            ? "Nothing is left: no agent pool, no namespace, no reservation."
            : $"LEFT OVER: {string.Join("; ", left)}");
    }

    private static string Outcome(TenantView state, TenantPhase wanted) =>
        state.Phase == wanted ? "yes" : Markup.Escape($"NO: {state.Phase}, {state.LastError?.Message}");

    private static string Took(OperationLink? operation) =>
        operation is { EndedAt: { } end } ? Seconds(end - operation.StartedAt) : "-";

    private static async Task<string> StepsAsync(LocalSystem system, OperationLink? operation) =>
        operation is null ? "-" : $"{(await system.Engine.ReadHistoryAsync(operation.Id)).Count}";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");
}
