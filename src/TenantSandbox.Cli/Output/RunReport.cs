using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TenantSandbox.Cli.Client;
using TenantSandbox.Cli.Commands;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Cli.Output;

/// <summary>The tables at the end of <c>run --once</c>.</summary>
internal static class RunReport
{
    public static async Task PrintAsync(LocalSystem system, RunPhase onboarding, RunPhase offboarding, IReadOnlyList<string> leftovers)
    {
        var tenants = new Table().Title("tenants").AddColumns("tenant", "onboarded", "time", "history events", "offboarded", "time", "history events");
        foreach (var (onboarded, offboarded) in onboarding.Tenants.Zip(offboarding.Tenants))
        {
            tenants.AddRow(
                onboarded.TenantId,
                OutcomeOf(onboarded, TenantPhase.Ready),
                Duration(onboarded.LastOperation),
                await HistoryEventsAsync(system, onboarded.LastOperation),
                OutcomeOf(offboarded, TenantPhase.Offboarded),
                Duration(offboarded.LastOperation),
                await HistoryEventsAsync(system, offboarded.LastOperation));
        }

        var phases = new Table().Title("phases").AddColumns("phase", "time", "ARM calls", "Kubernetes calls")
            .AddRow("onboarding", Seconds(onboarding.Duration), $"{onboarding.ArmCalls}", $"{onboarding.KubernetesCalls}")
            .AddRow("offboarding", Seconds(offboarding.Duration), $"{offboarding.ArmCalls}", $"{offboarding.KubernetesCalls}");
        AnsiConsole.Write(tenants);
        AnsiConsole.Write(phases);
        Console.WriteLine(leftovers.Count == 0
            ? "Nothing is left: no agent pool, no namespace, no reservation."
            : $"LEFT OVER: {string.Join("; ", leftovers)}");
    }

    private static string OutcomeOf(TenantDocument tenant, TenantPhase expected) =>
        tenant.Phase == expected ? "yes" : Markup.Escape($"NO: {tenant.Phase}, {tenant.LastError?.Message}");

    private static string Duration(OperationDocument? operation) => operation?.Duration is { } duration ? Seconds(duration) : "-";

    private static async Task<string> HistoryEventsAsync(LocalSystem system, OperationDocument? operation)
    {
        if (operation is null)
        {
            return "-";
        }

        using var history = JsonDocument.Parse(await system.Host.TaskHubClient.GetOrchestrationHistoryAsync(operation.Id, null));
        return history.RootElement.GetArrayLength().ToString(CultureInfo.InvariantCulture);
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");
}
