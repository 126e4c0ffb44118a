using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>Base of tests of the HTTP functions.</summary>
public abstract class HttpDoorTests : IAsyncLifetime
{
    private TestSystem? _system;
    private HttpDoors? _doors;

    internal TestSystem System => _system!;

    internal HttpDoors Doors => _doors!;

    public async Task InitializeAsync()
    {
        _system = await TestSystem.StartAsync();
        _doors = new(_system);
    }

    public Task DisposeAsync() => _system!.DisposeAsync().AsTask();

    /// <summary>A tenant that is ready at revision 1.</summary>
    internal async Task OnboardAsync(string tenant = "acme")
    {
        Assert.Equal(202, (await Doors.PostAsync(HttpDoors.Onboarding(tenant))).Status);
        await System.SettleAsync();
    }
}
