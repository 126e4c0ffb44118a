using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Settings;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Durable;

/// <summary>Runs the durable functions: DurableTask.Core dispatches, the worker executes.</summary>
internal sealed class DurableDispatcher(
    FunctionHostOptions options, HostSettings settings, IFunctionInvoker invoker, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private TaskHubWorker? _worker;

    /// <summary>Called for every step of an orchestration; an exception of a handler is the handler's fault and fails the step.</summary>
    public event Action<DurableProgress>? Progress;

    /// <summary>Starts to run work items. Does nothing if the app has no durable functions.</summary>
    public async Task StartAsync(IReadOnlyList<FunctionDefinition> functions)
    {
        var service = options.OrchestrationService;
        if ((service as IEntityOrchestrationService)?.EntityBackendProperties is { } entities)
        {
            entities.UseSeparateQueueForEntityWorkItems = true;
        }

        var durable = settings.Durable;
        var worker = new TaskHubWorker(
            service,
            new RemoteImplementations<TaskOrchestration>(),
            new RemoteImplementations<TaskActivity>(),
            new VersioningSettings
            {
                Version = durable.DefaultVersion,
                MatchStrategy = durable.VersionMatch,
                FailureStrategy = durable.VersionFailure,
            },
            loggers)
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
        };
        options.ConfigureTaskHubWorker?.Invoke(worker);

        var registered = new DurableFunctions(functions, invoker, durable, _stopping.Token);
        worker.AddOrchestrationDispatcherMiddleware(new OrchestrationMiddleware(registered, durable.DefaultVersion, Report).InvokeAsync);
        worker.AddEntityDispatcherMiddleware(new EntityMiddleware(registered, durable.DefaultVersion).InvokeAsync);
        worker.AddActivityDispatcherMiddleware(new ActivityMiddleware(registered, Report).InvokeAsync);
        await service.CreateIfNotExistsAsync();
        await worker.StartAsync();
        worker.TaskOrchestrationDispatcher.IncludeDetails = true;
        worker.TaskActivityDispatcher.IncludeDetails = true;
        worker.TaskOrchestrationDispatcher.EntitiesEnabled = true;
        _worker = worker;
    }

    /// <summary>Takes no more work items and cancels those that run; they are tried again after the next start.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (Interlocked.Exchange(ref _worker, null) is { } worker)
        {
            await worker.StopAsync(isForced: false);
            worker.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private void Report(DurableProgressKind kind, string instanceId, string name, string? detail) =>
        Progress?.Invoke(new DurableProgress(kind, instanceId, name, options.TimeProvider.GetUtcNow(), detail));
}
