using System.Collections.Concurrent;
using System.Reflection;

namespace TenantSandbox.Local.Hosting.Invocation;

/// <summary>Unwraps what a function returned by its declared type: a plain Task's runtime type can carry a meaningless result.</summary>
internal static class FunctionResult
{
    private static readonly ConcurrentDictionary<Type, Func<object, Task<object?>>> Readers = new();

    public static Task<object?> AwaitAsync(Type declared, object? returned) =>
        returned is null ? Task.FromResult<object?>(null) : Readers.GetOrAdd(declared, ReaderOf)(returned);

    private static Func<object, Task<object?>> ReaderOf(Type declared)
    {
        if (declared == typeof(Task)) return static task => NothingOf((Task)task);
        if (declared == typeof(ValueTask)) return static task => NothingOf(((ValueTask)task).AsTask());
        if (!declared.IsGenericType) return Task.FromResult<object?>;

        var reader = declared.GetGenericTypeDefinition() switch
        {
            var type when type == typeof(Task<>) => nameof(OfTask),
            var type when type == typeof(ValueTask<>) => nameof(OfValueTask),
            _ => null,
        };
        return reader is null
            ? Task.FromResult<object?>
            : typeof(FunctionResult).GetMethod(reader, BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(declared.GetGenericArguments())
                .CreateDelegate<Func<object, Task<object?>>>();
    }

    private static async Task<object?> NothingOf(Task task)
    {
        await task;
        return null;
    }

    private static async Task<object?> OfTask<T>(object task) => await (Task<T>)task;

    private static async Task<object?> OfValueTask<T>(object task) => await (ValueTask<T>)task;
}
