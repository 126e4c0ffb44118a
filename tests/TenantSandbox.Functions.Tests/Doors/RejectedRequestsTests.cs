using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors;

namespace TenantSandbox.Functions.Tests.Doors;

public sealed class RejectedRequestsTests
{
    private static readonly ValidationFault[] Faults = [new("/type", ValidationFaultCodes.Unknown, "Not a request.")];
    private readonly FakeLogger<RejectedRequests> _log = new();

    [Theory]
    [InlineData("\u4e2d\ud83d\ude00\"")]
    [InlineData("x\ud83d\ude00")]
    [InlineData("\u0001")]
    public async Task Keep_LongerThanAMessage_IsKeptInPartsThatAddUp(string repeated)
    {
        var queue = new RecordingQueue();
        var text = string.Concat(Enumerable.Repeat(repeated, 40_000));
        await Keep(queue).KeepAsync("door", text, Faults, CancellationToken.None);
        var parts = queue.Entries;

        Assert.Equal(text, string.Concat(parts.Select(x => x.Message)));
        Assert.True(parts.Count > 1);
        Assert.Single(parts.Select(x => x.CorrelationId).Distinct());
        Assert.Equal(Enumerable.Range(1, parts.Count), parts.Select(x => x.Part));
        Assert.All(parts, x => Assert.Equal(parts.Count, x.PartCount));
        Assert.Equal(Faults, parts[0].Faults);
    }

    [Fact]
    public async Task Keep_TwoMessages_HaveTheirOwnCorrelationIds()
    {
        var queue = new RecordingQueue();
        await Keep(queue).KeepAsync("door", "a", Faults, CancellationToken.None);
        await Keep(queue).KeepAsync("door", "a", Faults, CancellationToken.None);
        Assert.Equal(2, queue.Entries.Select(x => x.CorrelationId).Distinct().Count());
    }

    [Fact]
    public async Task Keep_LongFaults_StillKeepsTheWholeMessage()
    {
        var queue = new RecordingQueue();
        ValidationFault[] faults = [.. Enumerable.Range(0, 100).Select(i => new ValidationFault($"/{i}", ValidationFaultCodes.Unknown, new string('\u4e2d', 500)))];
        await Keep(queue).KeepAsync("door", new string('x', 50_000), faults, CancellationToken.None);
        Assert.Equal(new string('x', 50_000), string.Concat(queue.Entries.Select(x => x.Message)));
        Assert.InRange(queue.Entries[0].Faults.Count, 1, 99);
    }

    [Fact]
    public async Task Keep_AnyText_ComesBackAsItWas()
    {
        var queue = new RecordingQueue();
        await Keep(queue).KeepAsync("door", "a\u0001\"<\ud83d\ude00>\n", Faults, CancellationToken.None);
        Assert.Equal(("a\u0001\"<\ud83d\ude00>\n", 1, 1), (queue.Last.Message, queue.Last.Part, queue.Last.PartCount));
        Assert.Equal(Faults, queue.Last.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keep_Any_LogsSizeAndHashInsteadOfTheMessage(bool hasStorage)
    {
        await Record.ExceptionAsync(() => Keep(hasStorage ? new RecordingQueue() : null).KeepAsync("door", "secret", Faults, CancellationToken.None));

        var entry = Assert.Single(_log.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.DoesNotContain("secret", entry.Message, StringComparison.Ordinal);
        Assert.Contains("6 bytes with SHA-256 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_WithoutStorage_FailsSoThatTheMessageIsDeliveredAgain()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Keep(null).KeepAsync("door", "secret", Faults, CancellationToken.None));
        Assert.Contains("AzureWebJobsStorage", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("AzureWebJobsStorage", "", null)]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "http://127.0.0.1:10001/devstoreaccount1/tenant-requests-rejected")]
    [InlineData("AzureWebJobsStorage:accountName", "acct", "https://acct.queue.core.windows.net/tenant-requests-rejected")]
    [InlineData("AzureWebJobsStorage:queueServiceUri", "https://acct.queue.example/", "https://acct.queue.example/tenant-requests-rejected")]
    public void FromConfiguration_HostsConnection_OpensTheQueueBesideIt(string? name, string? value, string? uri)
    {
        var settings = name is null ? [] : new Dictionary<string, string?> { [name] = value };
        var queue = RejectedQueue.FromConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        Assert.Equal(uri, queue.Client?.Uri.ToString());
    }

    private RejectedRequests Keep(RecordingQueue? queue) => new(new RejectedQueue(queue), TimeProvider.System, _log);
}
