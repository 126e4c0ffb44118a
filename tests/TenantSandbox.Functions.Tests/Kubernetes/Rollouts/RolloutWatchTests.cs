using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Kubernetes.Rollouts;

public sealed class RolloutWatchTests : IAsyncLifetime
{
    private readonly ScriptedApiServer _server = new();
    private readonly StepTimeProvider _time = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Watch_ProxyClosesWatchesAtOnce_DelaysAndEndsInTime()
    {
        var watches = 0;
        _server.Answer = async http =>
        {
            if (http.Request.Query["watch"] == "true")
            {
                Interlocked.Increment(ref watches);
                return;
            }

            await http.Response.WriteAsJsonAsync(new { kind = "List", apiVersion = "v1", metadata = new { resourceVersion = "1" }, items = Array.Empty<object>() });
        };
        await using var services = App.Create(_server.Settings(), specs: MemorySpecStore.Shared, time: _time);
        var tenant = Sample.Placed("acme", [Sample.Web]).Placed();

        var rollout = services.GetRequiredService<RolloutWatch>().WatchAsync(tenant, default);
        await _time.RunAsync(rollout);
        var suspension = services.GetRequiredService<SuspensionWatch>().WatchAsync(tenant, default);
        await _time.RunAsync(suspension);

        Assert.Equal(RolloutCondition.Progressing, (await rollout).Condition);
        Assert.True((await suspension).IsSuspended);
        // 20 s in delays of 0.1 s, 0.2 s, … 5 s.
        Assert.InRange(watches, 5, 12);
    }
}
