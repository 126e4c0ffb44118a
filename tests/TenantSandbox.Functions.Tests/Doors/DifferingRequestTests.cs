using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Doors.EventGrid;
using TenantSandbox.Functions.Doors.Http;
using TenantSandbox.Functions.Doors.Queue;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Doors;

/// <summary>Requests with one identity and different content, on a real task hub.</summary>
public sealed class DifferingRequestTests : IAsyncLifetime
{
    private readonly RecordingQueue _rejected = new();
    private TestSystem? _system;

    private TestSystem System => _system!;

    public async Task InitializeAsync() => _system = await TestSystem.StartAsync();

    public Task DisposeAsync() => _system!.DisposeAsync().AsTask();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_SecondEventWithOtherContent_IsKeptAsDiffering(bool isAnswered)
    {
        await DeliverAsync(Event("e1", revision: 1));
        if (isAnswered)
        {
            await System.SettleAsync();
        }

        await DeliverAsync(Event("e1", revision: 2));
        await DeliverAsync(Event("e1", revision: 1));

        var kept = Assert.Single(_rejected.Entries);
        Assert.Equal((nameof(OnTenantEvent), Event("e1", revision: 2), "differs"), (kept.Door, kept.Message, kept.Faults[0].Code));
        await System.SettleAsync();
        Assert.Equal(1, (await System.TenantAsync()).Revision);
    }

    [Fact]
    public async Task Enqueue_SecondMessageWithOtherContent_IsKeptAsDiffering()
    {
        await EnqueueAsync(Bare("q1", revision: 1));
        await EnqueueAsync(Bare("q1", revision: 2));
        await EnqueueAsync(Event("e1", revision: 1));
        await EnqueueAsync(Event("e1", revision: 3));

        Assert.Equal([Bare("q1", revision: 2), Event("e1", revision: 3)], _rejected.Entries.Select(x => x.Message));
        Assert.All(_rejected.Entries, x => Assert.Equal((QueueNames.Requests, "differs"), (x.Door, Assert.Single(x.Faults).Code)));
    }

    [Fact]
    public async Task Deliver_AfterThePurge_IsSubmittedAndDecidedByRevision()
    {
        await DeliverAsync(Event("e1", revision: 2));
        await System.SettleAsync();
        await System.Hub.Client.PurgeInstanceAsync(new RequestIdentity("/test", "e1").ToInstanceId());
        await DeliverAsync(Event("e1", revision: 1));
        await System.SettleAsync();

        Assert.Empty(_rejected.Entries);
        Assert.Equal(2, (await System.TenantAsync()).Revision);
    }

    [Fact]
    public async Task Deliver_EventThatNamesItselfLikeAnIdempotencyKey_IsAnotherRequest()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers[IdempotencyKey.Header] = "x";
        Assert.True(IdempotencyKey.TryRead(http.Request, out var identity, out _));
        await Submissions.StartAsync(System.Hub.Client, identity, TestSystem.Onboard("other"), System.Now, default);
        await DeliverAsync(Event("key:x", revision: 1, source: "http"));
        await System.SettleAsync();

        Assert.Empty(_rejected.Entries);
        Assert.Equal(1, (await System.TenantAsync()).Revision);
        Assert.Equal(1, (await System.TenantAsync("other")).Revision);
    }

    private static string Bare(string id, long revision) => $$"""{"kind":"onboard","id":"{{id}}",{{Content(revision)}}}""";

    private static string Event(string id, long revision, string source = "/test") => $$$"""
        {"specversion":"1.0","type":"{{{EventTypes.Requested(TenantRequestKind.Onboard)}}}","source":"{{{source}}}","id":"{{{id}}}","data":{{{{Content(revision)}}}}}
        """;

    private static string Content(long revision) =>
        $$"""  "tenantId":"acme","revision":{{revision}},"tier":"pooled","workloads":[{"name":"web","image":"registry.example/web:1","cpu":"1","memory":"512Mi"}]  """;

    private Task DeliverAsync(string text) => new OnTenantEvent(Submission(), InstallationRules.Default, System.Hub.Clock).RunAsync([text], System.Hub.Client, default);

    private Task EnqueueAsync(string text) => new OnTenantRequest(Submission(), InstallationRules.Default, System.Hub.Clock).RunAsync(
        QueuesModelFactory.QueueMessage("m1", "r", BinaryData.FromString(text), 1), System.Hub.Client, default);

    private MessageSubmission Submission() => new(
        new RejectedRequests(new RejectedQueue(_rejected), System.Hub.Clock, NullLogger<RejectedRequests>.Instance),
        MemorySpecStore.Shared,
        Options.Create(new MaintenanceOptions()));
}
