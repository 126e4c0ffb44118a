using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests.Queues;

/// <summary>A host whose sample app listens to Azurite's queues.</summary>
public sealed class QueueHostFixture : IAsyncLifetime
{
    private AzuriteProcess _azurite = null!;

    public SampleHost Sample { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var tools = Path.Combine(SampleHost.RepositoryRoot, ".local", "tools");
        var (azurite, reason) = await AzuriteProcess.TryStartAsync(tools, dataDirectory: null, withBlobsAndTables: false, identity: null, CancellationToken.None);
        _azurite = azurite ?? throw new InvalidOperationException($"{reason}. `./dev test` installs it; run that first.");
        Sample = await SampleHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["SampleStorage"] = _azurite.ConnectionString,
            ["SampleOrders"] = "orders",
        });
    }

    public async Task DisposeAsync()
    {
        await Sample.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    /// <summary>Opens a queue and creates it.</summary>
    public async Task<QueueClient> CreateQueueAsync(string name)
    {
        var queue = new QueueClient(_azurite.ConnectionString, name);
        await queue.CreateIfNotExistsAsync();
        return queue;
    }
}

/// <summary>Queue functions in the real worker process. The queues are created after the host started, as the trigger creates none.</summary>
public sealed class QueueWorkerTests(QueueHostFixture fixture) : IClassFixture<QueueHostFixture>
{
    private readonly SampleHost _sample = fixture.Sample;

    [Fact]
    public async Task Text_IsBoundWithItsMetadata()
    {
        await SendAsync("texts", """{"tenant":"acme","at":"2026-01-01T02:00:00+05:00"}""");

        var seen = await _sample.SightingAsync("OnText");

        Assert.Equal("""{"tenant":"acme","at":"2026-01-01T02:00:00+05:00"}""", seen.GetProperty("Value").GetString());
        var metadata = seen.GetProperty("Metadata");
        Assert.Equal("1", metadata.GetProperty("DequeueCount").GetString());
        Assert.Equal("acme", metadata.GetProperty("tenant").GetString());
        Assert.True(Guid.TryParse(metadata.GetProperty("Id").GetString(), out _));
        Assert.True(DateTimeOffset.UtcNow - JsonSerializer.Deserialize<DateTimeOffset>(metadata.GetProperty("InsertionTime").GetString()!) < SampleHost.Patience);
    }

    [Fact]
    public async Task BinaryData_IsTheMessagesText()
    {
        await SendAsync("binaries", "ü<>");

        Assert.Equal("ü<>", (await _sample.SightingAsync("OnBinary")).GetProperty("Value").GetString());
    }

    [Fact]
    public async Task Bytes_AreTheMessagesBytes()
    {
        await SendAsync("bytes", "ü");

        Assert.Equal("\"C3BC\"", await _sample.ValueAsync("OnBytes"));
    }

    [Fact]
    public async Task JsonObject_IsDeserialized()
    {
        await SendAsync("orders", """{"Tenant":"acme","Count":2}""");

        Assert.Equal("""{"Tenant":"acme","Count":2}""", await _sample.ValueAsync("OnOrder"));
    }

    [Fact]
    public async Task QueueMessage_IsTheWholeMessage()
    {
        var receipt = await SendAsync("messages", "whole");

        var seen = (await _sample.SightingAsync("OnMessage")).GetProperty("Value");

        Assert.Equal(receipt.MessageId, seen.GetProperty("MessageId").GetString());
        Assert.Equal("whole", seen.GetProperty("Text").GetString());
        Assert.Equal(1, seen.GetProperty("DequeueCount").GetInt64());
        Assert.Equal(receipt.InsertionTime, seen.GetProperty("InsertedOn").GetDateTimeOffset());
    }

    [Fact]
    public async Task Function_ThatAlwaysFails_PoisonsTheMessage()
    {
        await SendAsync("failing", "bad");

        Assert.Equal("5", await _sample.ValueAsync("OnFailing", calls: 5));
        var poison = await fixture.CreateQueueAsync("failing-poison");
        PeekedMessage[] poisoned = [];
        await SampleHost.EventuallyAsync(() => (poisoned = poison.PeekMessages(1).Value).Length > 0, "the poison queue has the message");
        Assert.Equal("bad", poisoned[0].MessageText);
    }

    [Fact]
    public async Task Worker_ThatDiesDuringAMessage_GetsItAgain()
    {
        await SendAsync("waiting", "kept");
        var first = await _sample.WaitForStartAsync("OnWaiting");

        _sample.KillWorker();
        _sample.Continue("OnWaiting");

        Assert.Equal("\"kept 2\"", await _sample.ValueAsync("OnWaiting"));
        Assert.NotEqual(first, await _sample.WaitForStartAsync("OnWaiting", runs: 2));
        Assert.Contains(_sample.Log.Entries, entry => entry.Message.Contains("OnWaiting failed for message"));
    }

    private async Task<SendReceipt> SendAsync(string queue, string message) =>
        await (await fixture.CreateQueueAsync(queue)).SendMessageAsync(message);
}
