using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;

namespace TenantSandbox.Hosting.Tests.Worker;

public sealed class FunctionHostTests
{
    [Fact]
    public async Task Start_AfterAStop_ContinuesWithOpenInstances()
    {
        var directory = Directory.CreateTempSubdirectory("function-host-").FullName;
        try
        {
            await using (var first = await SampleHost.StartAsync(directory))
            {
                await first.ScheduleAsync("WaitForEvent", instanceId: "open");
                await first.Durable.WaitForInstanceStartAsync("open");
            }

            await using var second = await SampleHost.StartAsync(directory);
            await second.Durable.RaiseEventAsync("open", "go", "after the restart");

            Assert.Equal("\"after the restart\"", (await second.EndOfAsync("open")).SerializedOutput);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Stop_WithARunningActivity_RunsItAgainAfterTheNextStart()
    {
        var directory = Directory.CreateTempSubdirectory("function-host-").FullName;
        try
        {
            await using (var first = await SampleHost.StartAsync(directory))
            {
                await first.ScheduleAsync("CatchFailure", "Wait", "running");
                await first.WaitForStartAsync("running");
                using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
                await first.Host.StopAsync(atOnce.Token);
            }

            await using var second = await SampleHost.StartAsync(directory);
            await second.WaitForStartAsync("running", runs: 2);
            second.Continue("running");

            Assert.Equal("[]", (await second.EndOfAsync("running")).SerializedOutput);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Stop_OfAHost_EndsItsWorker()
    {
        var sample = await SampleHost.StartAsync();
        using var worker = Process.GetProcessById(sample.Host.WorkerProcessId!.Value);

        await sample.DisposeAsync();

        Assert.True(worker.HasExited);
    }

    [Fact]
    public async Task Start_OnAStateDirectoryInUse_IsRefused()
    {
        await using var first = await SampleHost.StartAsync();
        await using var service = new SqliteOrchestrationService(
            new SqliteOrchestrationServiceOptions { DatabasePath = Path.Combine(first.Directory, "other.db") }, TimeProvider.System, NullLoggerFactory.Instance);

        var refusal = await Assert.ThrowsAsync<IOException>(() => FunctionHost.StartAsync(new FunctionHostOptions
        {
            AppDirectory = SampleHost.AppDirectory,
            StateDirectory = first.Directory,
            OrchestrationService = service,
            Address = new Uri("http://127.0.0.1:0"),
        }));

        Assert.Contains(first.Directory, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfAnAppThatDoesNotStart_SaysWhy()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SampleHost.StartAsync(
            settings: new() { ["DOTNET_STARTUP_HOOKS"] = "/no/such/hook.dll" }));

        Assert.Contains("/no/such/hook.dll", $"{failure}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfADirectoryWithoutAnApp_SaysWhatItMustBe()
    {
        var directory = Directory.CreateTempSubdirectory("function-host-");
        try
        {
            await using var service = new SqliteOrchestrationService(
                new SqliteOrchestrationServiceOptions { DatabasePath = Path.Combine(directory.FullName, "hub.db") },
                TimeProvider.System,
                NullLoggerFactory.Instance);

            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionHost.StartAsync(new FunctionHostOptions
            {
                AppDirectory = directory.FullName,
                StateDirectory = directory.FullName,
                OrchestrationService = service,
            }));

            Assert.Contains("build output", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
