using System.Text;
using Microsoft.Data.Sqlite;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests;

public sealed class StoreFileTests
{
    [Theory]
    [InlineData("not a database at all, but long enough to look at", "isn't a sound SQLite database")]
    [InlineData("SQL:CREATE TABLE theirs(x); PRAGMA user_version = 1", "another program's")]
    [InlineData("OURS:PRAGMA user_version = 99", "a newer version wrote it (format 99")]
    public async Task Start_FileThatIsNotOurs_IsRefusedAndLeftAsItIs(string content, string reason)
    {
        await using TaskHost host = new();
        string path = host.Options.DatabasePath;
        if (content.StartsWith("OURS:", StringComparison.Ordinal))
        {
            await host.StartAsync();
            await host.StopAsync();
            Execute(path, content[5..]);
        }
        else if (content.StartsWith("SQL:", StringComparison.Ordinal))
        {
            Execute(path, content[4..]);
        }
        else
        {
            await File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(content, 100))));
        }

        byte[] before = await File.ReadAllBytesAsync(path);
        EngineDatabaseException e = await Assert.ThrowsAsync<EngineDatabaseException>(() => host.StartAsync());

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Start_DamagedPages_IsRefused()
    {
        await using TaskHost host = new();
        await host.Orchestrator("quick", _ => Task.FromResult(new string('x', 2000))).StartAsync();
        for (int n = 0; n < 50; n++)
        {
            await host.RunAsync("quick");
        }

        await host.StopAsync();
        await using (FileStream file = File.OpenWrite(host.Options.DatabasePath))
        {
            file.Position = 3 * 4096;
            byte[] noise = new byte[(int)Math.Min(8 * 4096, file.Length - file.Position)];
            new Random(1).NextBytes(noise);
            await file.WriteAsync(noise);
        }

        EngineDatabaseException e = await Assert.ThrowsAsync<EngineDatabaseException>(() => host.StartAsync());

        Assert.Contains("can't be used", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TwoEnginesOnOneFile_TheSecondIsRefused()
    {
        await using TaskHost first = new();
        await first.StartAsync();
        await using TaskHost second = new();
        second.Options = first.Options;

        EngineDatabaseException e = await Assert.ThrowsAsync<EngineDatabaseException>(() => second.StartAsync());

        Assert.Contains("another engine has it open", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WhileAnActivityRuns_RunsItAgainAtTheNextStart()
    {
        await using TaskHost host = new();
        TaskCompletionSource firstCall = new();
        int calls = 0;
        await host.Activity<string, int>("slow", async (_, cancellation) =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    firstCall.SetResult();
                    await new TaskCompletionSource().Task.WaitAsync(cancellation);
                }

                return calls;
            })
            .Orchestrator("calls", context => context.CallActivityAsync<int>("slow", "x"))
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("calls");
        await firstCall.Task.WaitAsync(TaskHost.Deadline);
        await host.StopAsync();
        await host.StartAsync();

        Assert.Equal(2, (await host.CompletionAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Stop_WhileSomebodyWaits_EndsTheWait()
    {
        await using TaskHost host = await new TaskHost().Orchestrator("waits", context => context.WaitForExternalEvent<int>("never")).StartAsync();
        Task waiting = host.CompletionAsync(await host.Client.ScheduleNewOrchestrationInstanceAsync("waits"));
        await host.WhenIdleAsync();

        await host.StopAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static void Execute(string path, string sql)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
