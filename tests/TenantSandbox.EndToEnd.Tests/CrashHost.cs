using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Local;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>
/// The app in a process of its own, against a twin that outlives it: asks for one thing, sees it through and ends with 0; or dies by
/// SIGKILL right after its n-th durable step.
/// </summary>
internal static class CrashHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (state, arm, authority, request) = (args[0], new Uri(args[1]), args[2], args[3]);
        var dieAfter = long.Parse(args[4], CultureInfo.InvariantCulture);
        await using var local = await LocalSystem.StartAsync(new LocalSystemOptions
        {
            StateDirectory = state,
            Twin = new TwinConnection(arm, authority, new TwinOptions()),
            ConfigureEngine = options => options with
            {
                CommitBatchSize = 1,
                AfterCommit = step =>
                {
                    if (step == dieAfter) Process.GetCurrentProcess().Kill();
                },
            },
        });
        using var http = new HttpClient { BaseAddress = local.Host.BaseAddress };
        http.DefaultRequestHeaders.Add("x-functions-key", local.Host.Keys.Function);
        using var answer = request == "onboard"
            ? await http.PostAsJsonAsync("/api/tenants", Requests.Onboard("acme"))
            : await http.DeleteAsync(new Uri("/api/tenants/acme?revision=2", UriKind.Relative));
        var wanted = request == "onboard" ? TenantPhase.Ready : TenantPhase.Offboarded;

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var changed = new SemaphoreSlim(0);
        local.Engine.Progress += _ => changed.Release();
        while (true)
        {
            await local.Engine.WhenIdleAsync(deadline.Token);
            var tenant = await http.GetFromJsonAsync<TenantView>(new Uri("/api/tenants/acme", UriKind.Relative), deadline.Token);
            if (tenant!.Phase == wanted && tenant.Operation is null) return 0;
            await changed.WaitAsync(deadline.Token);
        }
    }
}
