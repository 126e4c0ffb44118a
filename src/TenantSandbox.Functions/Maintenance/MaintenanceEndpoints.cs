using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Configuration;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Shows the maintenance tasks with their last reports, and starts them.</summary>
internal sealed class MaintenanceEndpoints(MaintenanceStarts starts, IConfiguration configuration, TimeProvider time)
{
    private const int RetryAfterSeconds = 5;

    [Function("GetMaintenance")]
    public Task<IResult> GetAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "maintenance")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, async () =>
        {
            var tasks = await Task.WhenAll(MaintenanceTasks.All.Select(t => ViewAsync(request, t, client, cancellationToken)));
            return ApiResults.Ok(request, new MaintenancePage(tasks));
        });

    [Function("RunMaintenance")]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "post", Route = "maintenance/{task}/run")] HttpRequest request,
        string task,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => StartAsync(request, task, client, cancellationToken));

    [Function("RebuildState")]
    public Task<IResult> RebuildAsync(
        [HttpTrigger(HttpAuthentication.Level, "post", Route = "maintenance/rebuild")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => StartAsync(request, MaintenanceTask.Rebuild.ToWireName(), client, cancellationToken));

    private async Task<IResult> StartAsync(HttpRequest request, string name, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!MaintenanceTasks.TryParse(name, out var task))
        {
            return Problem.NotFound(request, $"There is no maintenance task '{name}'. Known: {string.Join(", ", MaintenanceTasks.All.Select(t => t.ToWireName()))}.");
        }

        var (utf8, problem) = await HttpBody.ReadAsync(request, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var (read, faults) = OperatorRequestParser.Parse(utf8, TenantVerb.Reconcile, task.ToInstanceId(), time.GetUtcNow());
        if (read is null)
        {
            return Problem.Of(request, faults);
        }

        if (!await starts.TryStartAsync(client, task, $"{Caller.ActorOf(request, read.Actor)}: {read.Reason}", cancellationToken))
        {
            return Problem.InProgress(request, $"A run of '{name}' is in progress.");
        }

        var view = await ViewAsync(request, task, client, cancellationToken);
        return ApiResults.Accepted(request, ApiLinks.Maintenance(request), RetryAfterSeconds, view);
    }

    private async Task<MaintenanceView> ViewAsync(HttpRequest request, MaintenanceTask task, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var reading = client.Entities.GetEntityAsync<MaintenanceState>(MaintenanceEntity.IdOf(task), includeState: true, cancellationToken);
        var finding = client.GetInstanceAsync(task.ToInstanceId(), getInputsAndOutputs: false, cancellationToken);
        await Task.WhenAll(reading, finding);
        var (stored, instance) = (await reading, await finding);
        return new MaintenanceView(
            task,
            configuration[$"TenantSandbox:Maintenance:Schedules:{task}"],
            instance is { IsCompleted: false } ? instance.CreatedAt : null,
            stored?.State.Last,
            stored?.State.Earlier ?? [],
            $"{ApiLinks.Maintenance(request)}/{task.ToWireName()}/run");
    }
}

/// <summary>The body of <c>GET /api/maintenance</c>.</summary>
internal sealed record MaintenancePage([property: JsonPropertyName("tasks")] IReadOnlyList<MaintenanceView> Tasks);

/// <summary>A maintenance task.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Schedule">Its schedule, an NCRONTAB expression; null for one that only people start.</param>
/// <param name="RunningSince">When the run in progress was started; null when none is.</param>
/// <param name="Last">The report of the last run; null when none has ended.</param>
/// <param name="Earlier">Earlier runs, newest first, without their findings.</param>
/// <param name="Run">URL that starts it.</param>
internal sealed record MaintenanceView(
    [property: JsonPropertyName("task")] MaintenanceTask Task,
    [property: JsonPropertyName("schedule")] string? Schedule,
    [property: JsonPropertyName("runningSince")] DateTimeOffset? RunningSince,
    [property: JsonPropertyName("last")] MaintenanceReport? Last,
    [property: JsonPropertyName("earlier")] IReadOnlyList<MaintenanceReport> Earlier,
    [property: JsonPropertyName("run")] string Run);
