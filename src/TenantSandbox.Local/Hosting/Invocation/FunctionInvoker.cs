using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Hosting.Invocation;

/// <summary>
/// Calls a function as the isolated worker would: a service scope and a new instance a call, parameters by attribute and
/// type, and a cancellation that also fires at host.json's functionTimeout.
/// </summary>
internal sealed class FunctionInvoker(IServiceProvider services, HostSettings settings, TimeProvider time)
{
    private readonly ConcurrentDictionary<Type, ObjectFactory> _factories = new();

    /// <summary>Calls the function and returns what it returned, unwrapped from its task; null for none.</summary>
    /// <param name="function">What to call.</param>
    /// <param name="bind">Gives the trigger's value, and that of any parameter that has no general meaning.</param>
    /// <param name="bindingData">The trigger's metadata, for <see cref="FunctionContext.BindingContext"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="prepare">Sees the context before the call.</param>
    public async Task<object?> InvokeAsync(
        FunctionDescriptor function,
        Func<ParameterInfo, object?> bind,
        IReadOnlyDictionary<string, object?> bindingData,
        CancellationToken cancellation,
        Action<FunctionContext>? prepare = null)
    {
        using var timeout = new CancellationTokenSource(settings.FunctionTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        await using var scope = services.CreateAsyncScope();
        var context = new LocalFunctionContext(function, scope.ServiceProvider, bindingData, either.Token);
        prepare?.Invoke(context);

        var arguments = Array.ConvertAll(function.Method.GetParameters(), parameter => Bind(function, parameter, context, bind));
        try
        {
            var instance = function.Method.IsStatic ? null : Create(function.DeclaringType, scope.ServiceProvider);
            try
            {
                return await FunctionResult.AwaitAsync(
                    function.Method.ReturnType,
                    function.Method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null));
            }
            finally
            {
                await DisposeAsync(instance);
            }
        }
        catch (OperationCanceledException canceled) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Function '{function.Name}' didn't end within host.json's functionTimeout of {settings.FunctionTimeout}.", canceled);
        }
    }

    private object Create(Type type, IServiceProvider scope) =>
        _factories.GetOrAdd(type, static type => ActivatorUtilities.CreateFactory(type, Type.EmptyTypes))(scope, null);

    private static object? Bind(
        FunctionDescriptor function, ParameterInfo parameter, FunctionContext context, Func<ParameterInfo, object?> bind)
    {
        if (function.IsTrigger(parameter)) return bind(parameter);
        if (parameter.ParameterType == typeof(FunctionContext)) return context;
        if (parameter.ParameterType == typeof(CancellationToken)) return context.CancellationToken;
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is not null)
            return context.InstanceServices.GetRequiredService<DurableTaskClient>();
        return bind(parameter);
    }

    private static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
        else (instance as IDisposable)?.Dispose();
    }
}
