using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// A child process that runs the function host and the worker against a twin that outlives it. It sends one request and exits
/// with 0 when the tenant is as requested, or kills itself (SIGKILL) right after its n-th durable transaction.
/// </summary>
internal static class CrashHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (state, arm, authority, request) = (args[0], new Uri(args[1]), args[2], args[3]);
        var killAfter = long.Parse(args[4], CultureInfo.InvariantCulture);
        await using var system = await TestSystem.StartAsync(options => options with
        {
            StateDirectory = state,
            Twin = new TwinConnection(arm, authority, new TwinOptions()),
            ConfigureSqlite = sqlite => sqlite with
            {
                CommitBatchSize = 1,
                AfterCommit = number =>
                {
                    if (number == killAfter)
                    {
                        Process.GetCurrentProcess().Kill();
                    }
                },
            },
        });
        using var response = request == "onboard"
            ? await system.Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard("acme"))
            : await system.Http.DeleteAsync(new Uri("/api/tenants/acme?revision=2", UriKind.Relative));
        var expected = request == "onboard" ? TenantPhase.Ready : TenantPhase.Offboarded;
        await system.WaitForAsync(
            async () => await system.GetAsync("acme") is { Operation: null } tenant && tenant.Phase == expected ? tenant : null,
            $"phase {expected}");
        await system.WaitUntilNothingRunsAsync();
        return 0;
    }
}
