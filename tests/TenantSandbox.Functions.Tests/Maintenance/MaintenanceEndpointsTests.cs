using System.Text.Json;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Maintenance;

public sealed class MaintenanceEndpointsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Get_AllTasks_ReadsThemConcurrently()
    {
        // Two reads for each task; none is answered before all have been asked.
        var expected = MaintenanceTasks.All.Count * 2;
        var asked = 0;
        var allAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task OnRead()
        {
            if (Interlocked.Increment(ref asked) == expected)
            {
                allAsked.SetResult();
            }

            return allAsked.Task.WaitAsync(Patience);
        }

        await using var client = new FakeDurableClient { OnRead = OnRead, EntityClient = new FakeEntityClient { OnRead = OnRead } };
        await using var services = App.Create(App.Settings());
        var http = HttpSubmissionTests.Http();

        var answer = await services.Make<MaintenanceEndpoints>().GetAsync(http.Request, client, default);
        var body = await HttpSubmissionTests.ExecuteAsync(answer, http);

        Assert.Equal(MaintenanceTasks.All.Select(t => t.ToWireName()), body.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("task").GetString()));
        Assert.All(body.GetProperty("tasks").EnumerateArray(), t => Assert.Equal(JsonValueKind.Null, t.GetProperty("last").ValueKind));
    }
}
