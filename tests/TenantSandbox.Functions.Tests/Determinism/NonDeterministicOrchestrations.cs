using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>
/// Orchestrations that depend on their environment, each in one forbidden way: they show that a replay in another environment finds it.
/// </summary>
internal static class NonDeterministicOrchestrations
{
    [Function(nameof(ReadTimeZone))]
    public static Task<string> ReadTimeZone([OrchestrationTrigger] TaskOrchestrationContext context) =>
        EchoAsync(context, TimeZoneInfo.Local.BaseUtcOffset.ToString("c", CultureInfo.InvariantCulture));

    [Function(nameof(ReadCasing))]
    public static Task<string> ReadCasing([OrchestrationTrigger] TaskOrchestrationContext context) =>
        EchoAsync(context, "title".ToUpper(CultureInfo.CurrentCulture));

    [Function(nameof(ReadNumberFormat))]
    public static Task<string> ReadNumberFormat([OrchestrationTrigger] TaskOrchestrationContext context) =>
        EchoAsync(context, 1.5.ToString(CultureInfo.CurrentCulture));

    [Function(nameof(ReadHashSeed))]
    public static Task<string> ReadHashSeed([OrchestrationTrigger] TaskOrchestrationContext context) =>
        EchoAsync(context, Hash().ToString(CultureInfo.InvariantCulture));

    [Function(nameof(ReadClock))]
    public static Task<string> ReadClock([OrchestrationTrigger] TaskOrchestrationContext context) =>
        EchoAsync(context, TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));

    [Function(nameof(Echo))]
    public static string Echo([ActivityTrigger] string input) => input;

    /// <summary>A string's hash code, which differs in each process.</summary>
    public static int Hash() => "tenant".GetHashCode(StringComparison.Ordinal);

    private static Task<string> EchoAsync(TaskOrchestrationContext context, string text) => context.CallActivityAsync<string>(nameof(Echo), text);
}
