using System.Globalization;
using Microsoft.DurableTask;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Orchestrations that do what orchestrations mustn't, each in one way: they show that a replay in another environment finds it.</summary>
internal static class HostileProbes
{
    public static IReadOnlyDictionary<string, Func<TaskOrchestrationContext, Task<object?>>> All { get; } =
        new Dictionary<string, Func<string>>
        {
            ["ReadsTheTimeZone"] = () => TimeZoneInfo.Local.BaseUtcOffset.ToString("c", CultureInfo.InvariantCulture),
            ["ReadsTheCasing"] = () => "title".ToUpper(CultureInfo.CurrentCulture),
            ["ReadsTheHashSeed"] = () => Hash().ToString(CultureInfo.InvariantCulture),
            ["ReadsTheClock"] = () => TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        }.ToDictionary<KeyValuePair<string, Func<string>>, string, Func<TaskOrchestrationContext, Task<object?>>>(
            probe => probe.Key,
            probe => async context => await context.CallActivityAsync<string>("Echo", probe.Value()));

    /// <summary>Of a string: another in each process.</summary>
    public static int Hash() => "tenant".GetHashCode(StringComparison.Ordinal);

    public static TaskCatalog Catalog()
    {
        var catalog = new TaskCatalog().AddActivity("Echo", (call, _) => Task.FromResult(call.GetInput(typeof(string))));
        foreach (var (name, code) in All) catalog.AddOrchestrator(name, code);
        return catalog;
    }
}
