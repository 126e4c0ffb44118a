using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Doors;

/// <summary>The notice before an expiry is a setting of the app, whichever door a request comes through.</summary>
public sealed class ExpiryNoticeTests
{
    private const int TwoHours = 2 * 60 * 60;
    private static readonly KeyValuePair<string, string?> Setting = new("Maintenance__ExpiryNotice", "02:00:00");

    [Fact]
    public async Task HttpRequests_WithExpiry_GetTheNoticeOfTheSettings()
    {
        await using var system = await TestSystem.StartAsync();
        var doors = new HttpDoors(system, Setting);
        await doors.PostAsync(HttpDoors.Onboarding(more: "\"expiresAt\":\"2030-01-01T00:00:00Z\","));
        await system.SettleAsync(system.Now.AddHours(1));
        Assert.Equal(TwoHours, (await system.TenantAsync()).Expiry?.NoticeSeconds);

        await doors.ActAsync("acme", "renew", """{"actor":"jo","reason":"why","expiresAt":"2031-01-01T00:00:00Z"}""");
        await system.SettleAsync(system.Now.AddHours(1));

        var renewed = (await system.TenantAsync()).Expiry;
        Assert.Equal((2031, TwoHours), (renewed?.ExpiresAt.Year, renewed?.NoticeSeconds));
        var dryRun = await doors.ActAsync("acme", "renew", """{"actor":"jo","reason":"why","expiresAt":"2031-01-01T00:00:00Z"}""", "?dryRun=true");
        Assert.Empty(dryRun["differences"].EnumerateArray());
    }

    [Fact]
    public async Task Message_WithExpiry_GetsTheNoticeOfTheSettings()
    {
        await using var system = await TestSystem.StartAsync();
        await using var services = App.Create([.. App.Settings("aks1"), Setting], specs: MemorySpecStore.Shared);
        var request = TestSystem.Onboard(expiry: new(system.Now.AddDays(50)));

        await services.Make<MessageSubmission>().HandleAsync("door", "{}", new(request, new("test", "id"), [], TestSystem.Spec()), system.Now, system.Hub.Client, default);
        await system.SettleAsync(system.Now.AddHours(1));

        Assert.Equal(TwoHours, (await system.TenantAsync()).Expiry?.NoticeSeconds);
    }
}
