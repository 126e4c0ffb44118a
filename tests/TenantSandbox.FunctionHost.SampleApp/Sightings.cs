using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.FunctionHost.SampleApp;

/// <summary>What triggered functions got, as JSON lines in <c>NAME.seen</c> in the directory <c>SIGNALS</c>, for tests to read.</summary>
internal static class Sightings
{
    private static readonly Lock Lock = new();

    public static void Add(string name, object? value, FunctionContext? context = null)
    {
        var line = JsonSerializer.Serialize(new { Value = value, Metadata = context?.BindingContext.BindingData });
        lock (Lock)
        {
            File.AppendAllText(Path.Combine(Environment.GetEnvironmentVariable("SIGNALS")!, $"{name}.seen"), line + "\n");
        }
    }
}
