using System.Text;
using Microsoft.Data.Sqlite;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Store;

public sealed class StoreFileTests
{
    [Theory]
    [InlineData("TEXT:not a database at all, but longer than a header", "isn't a sound SQLite database")]
    [InlineData("THEIRS:CREATE TABLE theirs(x); PRAGMA user_version = 1", "another program's")]
    [InlineData("THEIRS:CREATE TABLE instances(x); PRAGMA application_id = 1414743109; PRAGMA user_version = 1", "the former embedded engine wrote it")]
    [InlineData("OURS:PRAGMA user_version = 99", "a newer version wrote it (format 99")]
    public async Task Open_FileThatIsNotOurs_IsRefusedAndLeftUnchanged(string content, string reason)
    {
        await using var host = new TaskHost();
        var path = host.Options.DatabasePath;
        var (kind, text) = (content.Split(':')[0], content[(content.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        if (kind == "TEXT")
        {
            await File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 100))));
        }
        else
        {
            if (kind == "OURS")
            {
                await host.StartAsync();
                await host.StopAsync();
            }

            Execute(path, text);
        }

        var before = await File.ReadAllBytesAsync(path);
        var refusal = Assert.Throws<OrchestrationStoreException>(() => host.Open());

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Open_DamagedPages_IsRefused()
    {
        await using var host = await new TaskHost().Orchestrator("quick", _ => Task.FromResult(new string('x', 2000))).StartAsync();
        for (var n = 0; n < 50; n++)
        {
            await host.RunAsync("quick");
        }

        await host.StopAsync();
        await using (var file = File.OpenWrite(host.Options.DatabasePath))
        {
            file.Position = 3 * 4096;
            var noise = new byte[(int)Math.Min(8 * 4096, file.Length - file.Position)];
            new Random(1).NextBytes(noise);
            await file.WriteAsync(noise);
        }

        var refusal = Assert.Throws<OrchestrationStoreException>(() => host.Open());

        Assert.Contains("can't be used", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileInUse_IsRefused()
    {
        await using var first = await new TaskHost().StartAsync();
        await using var second = new TaskHost { Options = first.Options };

        var refusal = Assert.Throws<OrchestrationStoreException>(() => second.Open());

        Assert.Contains("another process has it open", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WhileAnActivityRuns_RunsItAgainAtTheNextStart()
    {
        var firstCall = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var calls = 0;
        await using var host = await new TaskHost()
            .Activity<string, int>("slow", async _ =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    firstCall.SetResult();
                    await never.Task;
                }

                return calls;
            })
            .Orchestrator("calls", context => context.CallActivityAsync<int>("slow", "x"))
            .StartAsync();
        var id = await host.ScheduleAsync("calls");
        await firstCall.Task.WaitAsync(TaskHost.Deadline);
        await host.StopAsync();
        await host.StartAsync();

        Assert.Equal(2, await host.OutputAsync<int>(id));
    }

    [Fact]
    public async Task Dispose_WhileSomebodyWaits_EndsTheWait()
    {
        await using var host = await new TaskHost().Orchestrator("waits", context => context.WaitForExternalEvent<int>("never")).StartAsync();
        var waiting = host.CompletionAsync(await host.ScheduleAsync("waits"));
        await host.WhenIdleAsync();

        await host.StopAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task Write_TheDatabaseBreaks_StopsTheServiceWithTheCause()
    {
        await using var host = await new TaskHost().Orchestrator("waits", context => context.WaitForExternalEvent<int>("never")).StartAsync();
        var id = await host.ScheduleAsync("waits");
        await host.WhenIdleAsync();
        var waiting = host.CompletionAsync(id);
        Execute(host.Options.DatabasePath, "DROP TABLE messages");

        var failure = await Assert.ThrowsAsync<OrchestrationStoreException>(() => host.RaiseAsync(id, "e"));

        Assert.Contains("no such table: messages", failure.Message, StringComparison.Ordinal);
        Assert.Same(failure, host.Service.Failure);
        Assert.Same(failure, await Assert.ThrowsAsync<OrchestrationStoreException>(() => waiting));
        Assert.Same(failure, await Assert.ThrowsAsync<OrchestrationStoreException>(() => host.ScheduleAsync("waits")));
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
