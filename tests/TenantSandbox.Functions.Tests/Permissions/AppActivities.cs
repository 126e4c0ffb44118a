using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>The app's own activities on an in-process task hub, found by their triggers as the host finds them.</summary>
internal static class AppActivities
{
    private static readonly MethodInfo AddMethod = typeof(AppActivities).GetMethod(nameof(Add), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static void AddAppActivities(this InProcessTaskHub hub, IServiceProvider services)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var method in typeof(ActivityNames).Assembly.GetTypes().SelectMany(t => t.GetMethods(All)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { } function
                && method.GetParameters().FirstOrDefault(p => p.IsDefined(typeof(ActivityTriggerAttribute))) is { } input)
            {
                AddMethod.MakeGenericMethod(input.ParameterType).Invoke(null, [hub, services, function.Name, method]);
            }
        }
    }

    private static void Add<TInput>(InProcessTaskHub hub, IServiceProvider services, string name, MethodInfo method) =>
        hub.AddActivity<TInput, object?>(name, async input =>
        {
            var target = method.IsStatic ? null : ActivatorUtilities.CreateInstance(services, method.DeclaringType!);
            var result = method.Invoke(
                target,
                BindingFlags.DoNotWrapExceptions,
                binder: null,
                [.. method.GetParameters().Select(p => p.IsDefined(typeof(ActivityTriggerAttribute)) ? input
                    : p.ParameterType == typeof(DurableTaskClient) ? hub.Client
                    : (object?)CancellationToken.None)],
                culture: null);
            if (result is not Task task)
            {
                return result;
            }

            await task;
            return method.ReturnType == typeof(Task) ? null : task.GetType().GetProperty(nameof(Task<object>.Result))!.GetValue(task);
        });
}
