using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// A child process that runs the function host and the worker against a twin that outlives it. It sends requests, each when the
/// tenant of the one before is as requested, and exits with 0; or kills itself (SIGKILL) right after the n-th durable transaction
/// since it sent the last one.
/// </summary>
internal static class CrashHost
{
    /// <param name="args">State directory, ARM endpoint, its certificate authority, n or 0, and requests like <c>onboard:acme</c>.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (state, arm, authority) = (args[0], new Uri(args[1]), args[2]);
        var killAfter = long.Parse(args[3], CultureInfo.InvariantCulture);
        var requests = args[4..];
        var (committed, killAt) = (0L, 0L);
        await using var system = await TestSystem.StartAsync(options => options with
        {
            StateDirectory = state,
            Twin = new TwinConnection(arm, authority, new TwinOptions()),
            ConfigureSqlite = sqlite => sqlite with
            {
                CommitBatchSize = 1,
                AfterCommit = number =>
                {
                    Volatile.Write(ref committed, number);
                    if (number == Volatile.Read(ref killAt))
                    {
                        Process.GetCurrentProcess().Kill();
                    }
                },
            },
        });
        foreach (var request in requests)
        {
            if (request == requests[^1] && killAfter > 0)
            {
                Volatile.Write(ref killAt, Volatile.Read(ref committed) + killAfter);
            }

            await FulfilAsync(system, request.Split(':'));
        }

        return 0;
    }

    private static async Task FulfilAsync(TestSystem system, string[] request)
    {
        var (isOnboarding, tenantId) = (request[0] == "onboard", request[1]);
        using var response = isOnboarding
            ? await system.Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard(tenantId, tier: "dedicated"))
            : await system.Http.DeleteAsync(new Uri($"/api/tenants/{tenantId}?revision=2", UriKind.Relative));
        var expected = isOnboarding ? TenantPhase.Ready : TenantPhase.Offboarded;
        await system.WaitForAsync(
            async () => await system.GetAsync(tenantId) is { Operation: null } tenant && tenant.Phase == expected ? tenant : null,
            $"phase {expected}");
        await system.WaitUntilNothingRunsAsync();
    }
}
