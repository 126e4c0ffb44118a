using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestration;

public sealed class EntityCallsTests
{
    private static readonly EntityInstanceId Id = new("ClusterEntity", "c1");
    private readonly FakeOrchestrationContext _context = new();

    [Fact]
    public async Task Call_WorkerDiesThreeTimes_SucceedsWithTheSameInput()
    {
        _context.Calls.Failures = 3;
        var input = new object();

        Assert.Equal("done", await _context.CallEntityAsync<string>(Id, "Reserve", input, EntityCalls.WithinOperation));

        Assert.Equal([input, input, input, input], _context.Calls.Inputs);
        Assert.Equal([1, 2, 4], _context.Delays.Select(d => (int)d.TotalSeconds));
    }

    [Fact]
    public async Task Call_NoFailure_CreatesNoTimer()
    {
        await _context.CallEntityAsync<string>(Id, "Reserve", "x", EntityCalls.WithinOperation);

        Assert.Empty(_context.Delays);
    }

    [Fact]
    public async Task Call_FailsForGood_ThrowsTheLastFailureAfterTenMinutes()
    {
        _context.Calls.FailFor = TimeSpan.MaxValue;

        var e = await Assert.ThrowsAsync<EntityOperationFailedException>(() => _context.CallEntityAsync<string>(Id, "Reserve", "x", EntityCalls.WithinOperation));

        Assert.Equal($"failure {_context.Calls.Inputs.Count}", e.FailureDetails.ErrorMessage);
        Assert.InRange(_context.Delays.Aggregate(TimeSpan.Zero, (sum, d) => sum + d), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11.2));
        Assert.InRange(_context.Delays.Max(), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(72));
    }

    [Fact]
    public async Task Complete_EntityFailsForTwelveHours_IsStillDelivered()
    {
        _context.Calls.FailFor = TimeSpan.FromHours(12);
        var report = new OperationReport("acme.1.1.onboard", true, null, null, null, DateTimeOffset.UnixEpoch);

        await _context.CompleteAsync("acme", report);

        Assert.Same(report, _context.Calls.Inputs[^1]);
        Assert.InRange(_context.Calls.Inputs.Count, 100, 300);
    }

    [Fact]
    public async Task Submit_FailsForGood_GivesUpAfterADay()
    {
        _context.Calls.FailFor = TimeSpan.MaxValue;
        var command = new TenantCommand("req-1", TenantRequestParser.ParseOffboard("acme", null).Request!, DateTimeOffset.UnixEpoch);

        await Assert.ThrowsAsync<EntityOperationFailedException>(() => _context.SubmitAsync(command));

        Assert.InRange(_context.Delays.Aggregate(TimeSpan.Zero, (sum, d) => sum + d), TimeSpan.FromDays(1), TimeSpan.FromHours(24.2));
    }
}
