using System.Reflection;
using Microsoft.DurableTask;

namespace TenantSandbox.Testing;

/// <summary>An orchestration function as the official shims and runners take it: a static method of a context and an input.</summary>
internal sealed class MethodOrchestrator : ITaskOrchestrator
{
    private readonly MethodInfo _method;
    private readonly PropertyInfo? _result;

    public MethodOrchestrator(MethodInfo method)
    {
        var parameters = method.GetParameters();
        if (!method.IsStatic || parameters.Length > 2 || !typeof(Task).IsAssignableFrom(method.ReturnType))
        {
            throw new NotSupportedException(
                $"{method.DeclaringType}.{method.Name} can't run in process: an orchestration must be a static method of a context and at most one input that returns a task.");
        }

        _method = method;
        _result = method.ReturnType.GetProperty(nameof(Task<object>.Result));
        InputType = parameters.Length == 2 ? parameters[1].ParameterType : typeof(object);
        OutputType = _result?.PropertyType ?? typeof(object);
    }

    public Type InputType { get; }

    public Type OutputType { get; }

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        object?[] arguments = _method.GetParameters().Length == 2 ? [context, input] : [context];
        var task = (Task)_method.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
        await task;
        return _result?.GetValue(task);
    }
}
