using System.Collections.Concurrent;
using System.Text;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Tests.Samples;
using TenantSandbox.Local.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests;

public sealed class QueueTriggerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentDictionary<string, FakeQueue> _queues = new();

    [Fact]
    public async Task Message_WhenDone_IsDeleted()
    {
        await using var host = await StartAsync();

        await Queue("samples").SendMessageAsync("""{"a":1}""");

        Assert.Equal(new SeenMessage("""{"a":1}""", 1), await host.WhenAsync(host.Recorder.NextAsync<SeenMessage>()));
        await Queue("samples").WhenHoldingAsync(0);
    }

    [Fact]
    public async Task Message_ThatFailsAlways_MovesToPoisonAfterTheLastTry()
    {
        await using var host = await StartAsync("""{ "maxDequeueCount": 3, "visibilityTimeout": "00:00:30", "messageEncoding": "none" }""");
        host.Recorder.Then = (_, _) => throw new InvalidOperationException("no");

        var sent = _time.GetUtcNow();
        await Queue("samples").SendMessageAsync("bad");

        Assert.Equal(["bad"], await host.WhenAsync(Queue("samples-poison").WhenHoldingAsync(1)));
        await Queue("samples").WhenHoldingAsync(0);
        var tries = new[] { await TryAsync(), await TryAsync(), await TryAsync() };
        Assert.Equal([1, 2, 3], tries);
        Assert.True(host.Recorder.IsEmpty);
        Assert.True(_time.GetUtcNow() - sent >= TimeSpan.FromMinutes(1), "two waits of 30 s lie between three tries");

        async Task<int> TryAsync() => (await host.Recorder.NextAsync<SeenMessage>()).DequeueCount;
    }

    [Fact]
    public async Task Message_ThatFailsOnce_IsTriedAgain()
    {
        await using var host = await StartAsync();
        host.Recorder.Then = (seen, _) => seen is SeenMessage { DequeueCount: 1 } ? throw new InvalidOperationException("no") : Task.CompletedTask;

        await Queue("samples").SendMessageAsync("once more");

        await host.WhenAsync(Queue("samples").WhenHoldingAsync(0));
        Assert.Equal(2, host.Recorder.Count);
        Assert.Empty(Queue("samples-poison").Texts);
    }

    [Fact]
    public async Task Message_TakenTooOftenByCrashedHosts_MovesToPoisonUntried()
    {
        var queue = Queue("samples");
        await queue.SendMessageAsync("crasher");
        for (var crash = 0; crash < 5; crash++)
        {
            await queue.ReceiveMessagesAsync(1, TimeSpan.FromMinutes(10));
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        await using var host = await StartAsync();

        Assert.Equal(["crasher"], await host.WhenAsync(Queue("samples-poison").WhenHoldingAsync(1)));
        await queue.WhenHoldingAsync(0);
        Assert.True(host.Recorder.IsEmpty);
    }

    [Fact]
    public async Task Batch_AboveTheThreshold_WaitsForRoom()
    {
        var gates = new ConcurrentQueue<TaskCompletionSource>();
        for (var i = 0; i < 8; i++) await Queue("samples").SendMessageAsync($"{i}");
        await using var host = await StartAsync("""{ "batchSize": 4, "newBatchThreshold": 1, "messageEncoding": "none" }""", recorder => recorder.Then = (_, _) =>
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            gates.Enqueue(gate);
            return gate.Task;
        });

        for (var seen = 0; seen < 4; seen++) await host.WhenAsync(host.Recorder.NextAsync<SeenMessage>());
        Assert.Equal([4], Queue("samples").BatchSizes);
        for (var done = 0; done < 3; done++)
        {
            Assert.True(gates.TryDequeue(out var gate));
            gate.SetResult();
        }

        for (var seen = 0; seen < 4; seen++) await host.WhenAsync(host.Recorder.NextAsync<SeenMessage>());
        Assert.Equal([4, 4], Queue("samples").BatchSizes);
        foreach (var gate in gates) gate.SetResult();
        await Queue("samples").WhenHoldingAsync(0);
    }

    [Fact]
    public async Task Encoding_Base64_IsDecodedAndOtherTextIsPoisonAtOnce()
    {
        await using var host = await StartAsync("""{ "messageEncoding": "base64" }""");

        await Queue("samples").SendMessageAsync("{not base64}");
        await Queue("samples").SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes("hello")));

        Assert.Equal("hello", (await host.WhenAsync(host.Recorder.NextAsync<SeenMessage>())).Text);
        Assert.Equal(["{not base64}"], await host.WhenAsync(Queue("samples-poison").WhenHoldingAsync(1)));
        Assert.True(host.Recorder.IsEmpty);
    }

    [Fact]
    public async Task Parameter_OfEachType_IsBound()
    {
        await using var host = await StartAsync();

        await Queue("texts").SendMessageAsync("text");
        Assert.Equal("text", await host.WhenAsync(host.Recorder.NextAsync<string>()));
        await Queue("wholes").SendMessageAsync("whole");
        var whole = await host.WhenAsync(host.Recorder.NextAsync<QueueMessage>());
        Assert.Equal(("1", "whole", 1), (whole.MessageId, whole.Body.ToString(), whole.DequeueCount));
    }

    [Fact]
    public async Task Queues_ThatDontExist_AreMade()
    {
        Queue("samples").IsThere = false;
        Queue("samples-poison").IsThere = false;
        await using var host = await StartAsync("""{ "maxDequeueCount": 1, "messageEncoding": "none" }""");
        host.Recorder.Then = (_, _) => throw new InvalidOperationException("no");

        while (!Queue("samples").IsThere) await host.PassAsync(TimeSpan.FromSeconds(1));

        await Queue("samples").SendMessageAsync("bad");

        Assert.Equal(["bad"], await host.WhenAsync(Queue("samples-poison").WhenHoldingAsync(1)));
    }

    [Fact]
    public async Task Stop_InTheMiddleOfARun_LeavesTheMessageForTheNextHost()
    {
        await using (var host = await StartAsync())
        {
            host.Recorder.Then = (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            await Queue("samples").SendMessageAsync("kept");
            await host.WhenAsync(host.Recorder.NextAsync<SeenMessage>());
        }

        Assert.Equal(["kept"], Queue("samples").Texts);
        await using var next = await StartAsync();
        Assert.Equal("kept", (await next.WhenAsync(next.Recorder.NextAsync<SeenMessage>())).Text);
    }

    [Fact]
    public async Task Connection_ThatIsntSet_ShutsTheDoorAndLeavesTheRestOpen()
    {
        await using var host = await RunningHost.StartAsync(services: UseQueues, time: _time);

        Assert.True((await host.GetAsync("/api/Open")).IsSuccessStatusCode);
        Assert.Empty(_queues);
    }

    private Task<RunningHost> StartAsync(string queues = """{ "messageEncoding": "none" }""", Action<Recorder>? prepare = null) => RunningHost.StartAsync(
        $$"""{ "version": "2.0", "extensions": { "queues": {{queues}} } }""",
        services: services =>
        {
            UseQueues(services);
            prepare?.Invoke((Recorder)services.Single(service => service.ServiceType == typeof(Recorder)).ImplementationInstance!);
        },
        settings: new Dictionary<string, string?> { ["SampleStorage"] = "in memory", ["SampleSchedule"] = "0 0 0 1 1 *" },
        time: _time,
        isBusy: () => _queues.Values.Any(queue => queue.IsBusy));

    private void UseQueues(IServiceCollection services) => services.AddSingleton<QueueClientFactory>((_, queue) => Queue(queue));

    private FakeQueue Queue(string name) => _queues.GetOrAdd(name, static (name, time) => new FakeQueue(name, time), _time);
}
