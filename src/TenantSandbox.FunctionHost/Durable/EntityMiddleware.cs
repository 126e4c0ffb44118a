using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Entities.OperationFormat;
using DurableTask.Core.Exceptions;
using DurableTask.Core.Middleware;
using TenantSandbox.Hosting.Worker;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

/// <summary>
/// Runs batches of entity operations in the worker. When the worker exits or the function times out, every operation of the batch
/// fails for good with <c>FunctionInvocationFailed</c>, as with the Durable extension; callers retry.
/// </summary>
internal sealed class EntityMiddleware(DurableFunctions functions, string? defaultVersion)
{
    public async Task InvokeAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var batch = context.GetProperty<EntityBatchRequest>();
        context.SetProperty(await ExecuteAsync(batch));
    }

    private async Task<EntityBatchResult> ExecuteAsync(EntityBatchRequest batch)
    {
        var name = EntityId.FromString(batch.InstanceId!).Name;
        if (functions.Entity(name) is not { } function)
        {
            return Failed(batch, new FailureDetails(
                "EntityFunctionNotFound",
                $"The entity '{name}' isn't a function of this app. Its name may have changed, or its function may have been removed.",
                stackTrace: null,
                innerFailure: null,
                isNonRetriable: true));
        }

        try
        {
            return (await functions.InvokeAsync(function, batch.ToProto(), P.EntityBatchResult.Parser)).ToCore(defaultVersion);
        }
        catch (Exception exception) when (exception is not SessionAbortedException)
        {
            return Failed(batch, new FailureDetails(
                "FunctionInvocationFailed",
                $"Invocation of function '{name}' failed with an exception.",
                stackTrace: null,
                ActivityFailure.OfHost(exception),
                isNonRetriable: true));
        }
    }

    private static EntityBatchResult Failed(EntityBatchRequest batch, FailureDetails failure) =>
        new() { Actions = [], Results = [], EntityState = batch.EntityState, FailureDetails = failure };
}
