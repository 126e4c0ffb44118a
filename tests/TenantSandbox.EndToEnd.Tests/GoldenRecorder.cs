using System.Net.Http.Json;
using TenantSandbox.AksTwin;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Runs the lives of tenants that golden histories are taken from, and writes the files that aren't there yet.</summary>
internal static class GoldenRecorder
{
    /// <returns>The names of the new files.</returns>
    public static async Task<IReadOnlyList<string>> RecordMissingAsync(TestSystem system, string folder)
    {
        List<string> written = [];
        HashSet<string> seen = new(StringComparer.Ordinal);

        using var onboarded = await system.OnboardAsync("acme");
        await KeepAsync("acme", "onboard");

        using var offboarded = await system.OffboardAsync("acme");
        await KeepAsync("acme", "offboard");

        using var withoutImage = await system.Http.PostAsJsonAsync("/api/tenants", Requests.Onboard("broken", image: "registry.example/missing:1"));
        await KeepAsync("broken", "no-image");

        system.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.FailLate, Code = "ZonalAllocationFailed", Times = null });
        using var withoutPool = await system.OnboardAsync("homeless");
        await KeepAsync("homeless", "no-pool");
        system.Twin.InjectedFaults.Clear();
        return written;

        async Task KeepAsync(string tenant, string scenario)
        {
            await system.SettleAsync(tenant);
            await foreach (var instance in system.Local.Engine.Client.GetAllInstancesAsync())
            {
                if (!seen.Add(instance.InstanceId)) continue;
                RecordedRun run = (await system.Local.Engine.RecordAsync(instance.InstanceId))!;
                var file = $"{run.Name}.{scenario}.v{run.Version}.json";
                if (File.Exists(Path.Combine(folder, file))) continue;
                await File.WriteAllTextAsync(Path.Combine(folder, file), run.ToJson() + "\n");
                written.Add(file);
            }
        }
    }
}
