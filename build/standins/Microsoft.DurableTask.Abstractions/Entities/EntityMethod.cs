using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.DurableTask.Entities;

/// <summary>One operation of an entity: binds context and input to the method's parameters, runs it, unwraps tasks.</summary>
internal sealed class EntityMethod
{
    private readonly object _target;
    private readonly MethodInfo _method;

    private EntityMethod(object target, MethodInfo method) => (_target, _method) = (target, method);

    public static EntityMethod? Find(object target, string name)
        => target.GetType().GetMethod(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { } method
            ? new(target, method)
            : null;

    public ValueTask<object?> InvokeAsync(TaskEntityOperation operation, Func<object?> currentState)
    {
        object? returned = Invoke(Bind(operation));
        Type type = _method.ReturnType;
        if (typeof(Task).IsAssignableFrom(type))
        {
            return new(AwaitAsync((Task)returned!, type));
        }

        if (type == typeof(ValueTask))
        {
            return new(AwaitAsync(((ValueTask)returned!).AsTask(), typeof(Task)));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            Task task = (Task)type.GetMethod(nameof(ValueTask.AsTask))!.Invoke(returned, null)!;
            return new(AwaitAsync(task, typeof(Task<>).MakeGenericType(type.GetGenericArguments())));
        }

        operation.State.SetState(currentState());
        return new(returned);

        async Task<object?> AwaitAsync(Task task, Type declared)
        {
            await task;
            operation.State.SetState(currentState());
            return declared.IsGenericType ? declared.GetProperty(nameof(Task<object>.Result))!.GetValue(task) : null;
        }
    }

    private object? Invoke(object?[] arguments)
    {
        try
        {
            return _method.Invoke(_target, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    private object?[] Bind(TaskEntityOperation operation)
    {
        ParameterInfo[] parameters = _method.GetParameters();
        object?[] arguments = new object?[parameters.Length];
        ParameterInfo? context = null, input = null;
        for (int i = 0; i < parameters.Length; i++)
        {
            ParameterInfo parameter = parameters[i];
            bool isContext = parameter.ParameterType == typeof(TaskEntityContext);
            ref ParameterInfo? bound = ref isContext ? ref context : ref input;
            if (bound is not null)
            {
                throw new InvalidOperationException(
                    $"Error dispatching {operation} to '{_method}': '{parameter}' and '{bound}' would both get the {(isContext ? "context" : "input")}.");
            }

            bound = parameter;
            arguments[i] = isContext ? operation.Context
                : operation.HasInput ? operation.GetInput(parameter.ParameterType)
                : parameter.HasDefaultValue ? parameter.DefaultValue
                : throw new InvalidOperationException(
                    $"Error dispatching {operation} to '{_method}': parameter '{parameter}' needs an input, and the caller gave none.");
        }

        return arguments;
    }
}
