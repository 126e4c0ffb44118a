using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors;

namespace TenantSandbox.Functions.Tests.Doors;

public sealed class RejectedRequestsTests
{
    private static readonly ValidationFault[] Faults = [new("/type", ValidationFaultCodes.Unknown, "Not a request.")];

    [Fact]
    public async Task Keep_LongerThanAMessage_IsKeptInPartsThatAddUp()
    {
        var queue = new RecordingQueue();
        var text = string.Concat(Enumerable.Repeat("\u4e2d\ud83d\ude00\"", 40_000));
        await Keep(queue).KeepAsync("door", text, Faults, CancellationToken.None);
        Assert.Equal(text, string.Concat(queue.Texts.SkipLast(1)));
        Assert.Null(queue.Last.Message);
    }

    [Fact]
    public async Task Keep_AnyText_ComesBackAsItWas()
    {
        var queue = new RecordingQueue();
        await Keep(queue).KeepAsync("door", "a\u0001\"<\ud83d\ude00>\n", Faults, CancellationToken.None);
        Assert.Equal("a\u0001\"<\ud83d\ude00>\n", queue.Last.Message);
        Assert.Equal(Faults, queue.Last.Faults);
    }

    [Fact]
    public async Task Keep_WithoutStorage_StillFinishes() =>
        Assert.Null(await Record.ExceptionAsync(() => Keep(null).KeepAsync("door", "text", Faults, CancellationToken.None)));

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

    private static RejectedRequests Keep(RecordingQueue? queue) => new(new RejectedQueue(queue), TimeProvider.System, NullLogger<RejectedRequests>.Instance);
}
