using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Local.Engine;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Durable;

/// <summary>Enters the app's orchestrators, activities and entities in the engine's catalog.</summary>
internal static class DurableFunctions
{
    public static bool IsDurable(FunctionDescriptor function) =>
        function.Trigger is OrchestrationTriggerAttribute or ActivityTriggerAttribute or EntityTriggerAttribute;

    /// <exception cref="InvalidOperationException">A durable function's shape is wrong.</exception>
    public static void Enter(IReadOnlyList<FunctionDescriptor> functions, TaskCatalog catalog, FunctionInvoker invoker)
    {
        foreach (var function in functions)
        {
            switch (function.Trigger)
            {
                case OrchestrationTriggerAttribute trigger:
                    catalog.AddOrchestrator(trigger.Orchestration ?? function.Name, Orchestrator(function));
                    break;
                case ActivityTriggerAttribute trigger:
                    catalog.AddActivity(trigger.Activity ?? function.Name, Activity(function, invoker));
                    break;
                case EntityTriggerAttribute trigger:
                    catalog.AddEntity(trigger.EntityName ?? function.Name, Entity(function));
                    break;
            }
        }
    }

    private static Func<TaskOrchestrationContext, Task<object?>> Orchestrator(FunctionDescriptor function)
    {
        if (!function.Method.IsStatic) throw function.Fault("an orchestrator is a static method: it has no state but its history.");
        if (function.TriggerParameter.ParameterType != typeof(TaskOrchestrationContext))
            throw function.Fault("the parameter with [OrchestrationTrigger] must be a TaskOrchestrationContext.");

        var readers = Array.ConvertAll(function.Method.GetParameters(), parameter =>
            function.IsTrigger(parameter) ? null : OrchestrationInput.ReaderOf(parameter.ParameterType));
        if (readers.Length > 2) throw function.Fault("an orchestrator has its context and at most one input as parameters.");

        return context => FunctionResult.AwaitAsync(
            function.Method.ReturnType,
            function.Method.Invoke(
                obj: null,
                BindingFlags.DoNotWrapExceptions,
                binder: null,
                Array.ConvertAll(readers, read => read is null ? context : read(context)),
                culture: null));
    }

    private static Func<ActivityCall, CancellationToken, Task<object?>> Activity(FunctionDescriptor function, FunctionInvoker invoker)
    {
        foreach (var parameter in function.Method.GetParameters())
        {
            if (!function.IsTrigger(parameter)
                && parameter.ParameterType != typeof(FunctionContext)
                && parameter.ParameterType != typeof(CancellationToken)
                && parameter.GetCustomAttribute<DurableClientAttribute>() is null
                && parameter.Name is not "instanceId")
                throw function.Fault($"parameter '{parameter.Name}' can't be bound; services come by the class's constructor.");
        }

        return (call, cancellation) => invoker.InvokeAsync(
            function,
            parameter => function.IsTrigger(parameter) ? call.GetInput(parameter.ParameterType) : call.InstanceId,
            new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = call.InstanceId },
            cancellation);
    }

    private static Func<IServiceProvider, ITaskEntity> Entity(FunctionDescriptor function)
    {
        if (!typeof(ITaskEntity).IsAssignableFrom(function.DeclaringType))
            throw function.Fault("an entity's function is declared in the entity's class, and this class isn't an ITaskEntity.");

        var create = ActivatorUtilities.CreateFactory(function.DeclaringType, Type.EmptyTypes);
        return services => (ITaskEntity)create(services, null);
    }
}
