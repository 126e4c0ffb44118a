using System.Collections.Concurrent;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Queues;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Tests.Queues;

public sealed class QueueTriggersTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentDictionary<string, FakeQueue> _queues = new();
    private readonly FakeInvoker _invoker = new();
    private readonly RecordedLog _log = new();
    private readonly FunctionDefinition _function = TestFunctions.Create(
        "OnMessage", """{"type":"queueTrigger","queueName":"%SampleQueue%","connection":"SampleStorage"}""");

    [Fact]
    public async Task Message_WhoseFunctionSucceeds_IsDeleted()
    {
        await using var triggers = await StartAsync();

        await Queue("samples").SendMessageAsync("""{"a":1}""");

        var invocation = await WhenAsync(_invoker.NextAsync());
        Assert.Equal("""{"a":1}""", invocation.Value.String);
        Assert.Equal("1", invocation.Metadata["DequeueCount"].Json);
        await WhenAsync(Queue("samples").WhenHasAsync(0));
        Assert.Empty(Queue("samples-poison").Texts);
    }

    [Fact]
    public async Task Message_ThatAlwaysFails_MovesToPoisonAfterTheLastAttempt()
    {
        _invoker.Run = (invocation, _) => throw FunctionInvocationException.For(invocation.Function, new InvalidOperationException("no"));
        await using var triggers = await StartAsync(new QueueSettings
        {
            MaxDequeueCount = 3,
            VisibilityTimeout = TimeSpan.FromSeconds(30),
            MaxPollingInterval = TimeSpan.FromSeconds(2),
        });

        var sent = _clock.GetUtcNow();
        await Queue("samples").SendMessageAsync(Base64("bad"));

        Assert.Equal([Base64("bad")], await WhenAsync(Queue("samples-poison").WhenHasAsync(1)));
        await WhenAsync(Queue("samples").WhenHasAsync(0));
        var attempts = new[] { await AttemptAsync(), await AttemptAsync(), await AttemptAsync() };
        Assert.Equal(["1", "2", "3"], attempts);
        Assert.Equal(0, _invoker.Count);
        Assert.True(_clock.GetUtcNow() - sent >= TimeSpan.FromMinutes(1), "Two delays of 30 s lie between three attempts.");
    }

    [Fact]
    public async Task Message_ThatFailsOnce_IsRetried()
    {
        _invoker.Run = (invocation, _) => invocation.Metadata["DequeueCount"].Json == "1" ? throw new InvalidOperationException("no") : Task.CompletedTask;
        await using var triggers = await StartAsync();

        await Queue("samples").SendMessageAsync("once more");

        await WhenAsync(Queue("samples").WhenHasAsync(0));
        Assert.Equal(2, _invoker.Count);
        Assert.Empty(Queue("samples-poison").Texts);
    }

    [Fact]
    public async Task Message_ReceivedTooOftenByCrashedHosts_MovesToPoisonUntried()
    {
        var queue = Queue("samples");
        await queue.SendMessageAsync("crasher");
        for (var crash = 0; crash < 5; crash++)
        {
            await queue.ReceiveMessagesAsync(1, MessageLease.Duration);
            _clock.Advance(MessageLease.Duration);
        }

        await using var triggers = await StartAsync();

        // The fake still counts the last crashed reader as busy, so the clock must advance regardless.
        Assert.Equal(["crasher"], await _clock.AdvanceUntilAsync(Queue("samples-poison").WhenHasAsync(1), Step));
        await queue.WhenHasAsync(0);
        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Message_OfAPoisonQueue_StaysHiddenAfterAFailure()
    {
        var function = TestFunctions.Create("OnPoison", """{"type":"queueTrigger","queueName":"samples-poison","connection":"SampleStorage"}""");
        _invoker.Run = (_, _) => throw new InvalidOperationException("no");
        await using (await StartAsync(function: function))
        {
            await Queue("samples-poison").SendMessageAsync("bad");
            await WhenAsync(_invoker.NextAsync());
        }

        Assert.Equal(["bad"], Queue("samples-poison").Texts);
        Assert.True(Queue("samples-poison").IsBusy, "It isn't released before its lease ends.");
        Assert.DoesNotContain("samples-poison-poison", _queues.Keys);
    }

    [Fact]
    public async Task Batch_AboveTheThreshold_WaitsForFunctionsToEnd()
    {
        var gates = new ConcurrentQueue<TaskCompletionSource>();
        _invoker.Run = (_, _) =>
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            gates.Enqueue(gate);
            return gate.Task;
        };
        for (var i = 0; i < 8; i++)
        {
            await Queue("samples").SendMessageAsync($"{i}");
        }

        await using var triggers = await StartAsync(new QueueSettings { BatchSize = 4, NewBatchThreshold = 1, MessageEncoding = None });
        await TakeAsync(4);
        Assert.Equal([4], Queue("samples").BatchSizes);

        await ReleaseAsync(3);
        await TakeAsync(4);
        Assert.Equal([4, 4], Queue("samples").BatchSizes);

        await ReleaseAsync(5);
        await WhenAsync(Queue("samples").WhenHasAsync(0));

        async Task TakeAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await WhenAsync(_invoker.NextAsync());
            }
        }

        async Task ReleaseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                TaskCompletionSource? gate = null;
                await _clock.AdvanceUntilAsync(() => gates.TryDequeue(out gate), TimeSpan.Zero);
                gate!.SetResult();
            }
        }
    }

    [Fact]
    public async Task Encoding_Base64_IsDecodedAndOtherTextIsPoisonAtOnce()
    {
        await using var triggers = await StartAsync(new QueueSettings());

        await Queue("samples").SendMessageAsync("{not base64}");
        await Queue("samples").SendMessageAsync(Base64("hello"));

        Assert.Equal("hello", (await WhenAsync(_invoker.NextAsync())).Value.String);
        Assert.Equal(["{not base64}"], await WhenAsync(Queue("samples-poison").WhenHasAsync(1)));
        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Queue_ThatDoesntExist_IsWaitedForAndNotCreated()
    {
        Queue("samples").IsCreated = false;
        await using var triggers = await StartAsync();

        await _clock.AdvanceUntilAsync(() => Queue("samples").ReceiveCount >= 5, Step);

        Assert.False(Queue("samples").IsCreated);
        Assert.Single(_log.Entries, entry => entry is (_, LogLevel.Warning, var text) && text.Contains("queue samples doesn't exist"));

        Queue("samples").IsCreated = true;
        await Queue("samples").SendMessageAsync("first");
        Assert.Equal("first", (await WhenAsync(_invoker.NextAsync())).Value.String);
    }

    [Fact]
    public async Task PoisonQueue_ThatDoesntExist_IsCreatedWithItsFirstMessage()
    {
        Queue("samples-poison").IsCreated = false;
        _invoker.Run = (_, _) => throw new InvalidOperationException("no");
        await using var triggers = await StartAsync(new QueueSettings { MaxDequeueCount = 1, MessageEncoding = None });

        await Queue("samples").SendMessageAsync("bad");

        Assert.Equal(["bad"], await WhenAsync(Queue("samples-poison").WhenHasAsync(1)));
    }

    [Fact]
    public async Task EmptyQueue_IsPolledLessAndLessOften()
    {
        await using var triggers = await StartAsync(new QueueSettings { MaxPollingInterval = TimeSpan.FromSeconds(10) });
        await _clock.AdvanceUntilAsync(() => Queue("samples").ReceiveCount >= 8, TimeSpan.FromMilliseconds(100));

        // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 s lie before the eighth.
        Assert.True(_clock.GetUtcNow() - _clock.Start >= TimeSpan.FromSeconds(12.7));
    }

    [Fact]
    public async Task Stop_WhileAFunctionRuns_CancelsItAndReleasesTheMessage()
    {
        _invoker.Run = (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        await using (await StartAsync())
        {
            await Queue("samples").SendMessageAsync("kept");
            await WhenAsync(_invoker.NextAsync());
        }

        Assert.Equal(["kept"], Queue("samples").Texts);
        Assert.False(Queue("samples").IsBusy);

        _invoker.Run = (_, _) => Task.CompletedTask;
        await using var next = await StartAsync();
        Assert.Equal("kept", (await WhenAsync(_invoker.NextAsync())).Value.String);
    }

    [Fact]
    public async Task Connection_ThatIsntSet_IsWarnedOfAndOtherFunctionsListen()
    {
        var other = TestFunctions.Create("Other", """{"type":"queueTrigger","queueName":"others","connection":"OtherStorage"}""");
        var triggers = Create(new QueueSettings { MessageEncoding = None });
        await triggers.StartAsync([other, _function], CancellationToken.None);
        await using var running = new RunningTriggers(triggers);

        await Queue("samples").SendMessageAsync("x");
        await WhenAsync(_invoker.NextAsync());

        Assert.DoesNotContain("others", _queues.Keys);
        Assert.Contains(_log.Entries, entry => entry is (_, LogLevel.Warning, var text) && text.Contains("Other") && text.Contains("OtherStorage"));
    }

    public void Dispose() => _log.Dispose();

    private static Azure.Storage.Queues.QueueMessageEncoding None => Azure.Storage.Queues.QueueMessageEncoding.None;

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task<string> AttemptAsync() => (await _invoker.NextAsync()).Metadata["DequeueCount"].Json;

    private Task<T> WhenAsync<T>(Task<T> happened) =>
        _clock.AdvanceUntilAsync(happened, Step, () => _queues.Values.Any(queue => queue.IsBusy));

    private FakeQueue Queue(string name) => _queues.GetOrAdd(name, static (name, clock) => new FakeQueue(name, clock), _clock);

    private async Task<RunningTriggers> StartAsync(QueueSettings? settings = null, FunctionDefinition? function = null)
    {
        var triggers = Create(settings ?? new QueueSettings { MessageEncoding = None });
        await triggers.StartAsync([function ?? _function], CancellationToken.None);
        return new RunningTriggers(triggers);
    }

    private QueueTriggers Create(QueueSettings settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("SampleStorage", (string?)"in memory"), KeyValuePair.Create("SampleQueue", (string?)"samples")])
            .Build();
        var services = new ServiceCollection();
        services.AddAzureClientsCore();
        var components = services.BuildServiceProvider().GetRequiredService<AzureComponentFactory>();
        return new QueueTriggers(
            _invoker,
            new HostSettings { Queues = settings },
            _clock,
            configuration,
            new QueueConnections(configuration, components),
            (_, queue) => Queue(queue),
            new LoggerFactory([_log]).CreateLogger<QueueTriggers>());
    }

    private sealed class RunningTriggers(QueueTriggers triggers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await triggers.StopAsync(CancellationToken.None);
            triggers.Dispose();
        }
    }
}
