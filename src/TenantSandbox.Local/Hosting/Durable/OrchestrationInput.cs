using System.Reflection;
using Microsoft.DurableTask;

namespace TenantSandbox.Local.Hosting.Durable;

/// <summary>Reads an orchestration's input as a type that is known only at run time; the context's own method is generic.</summary>
internal static class OrchestrationInput
{
    public static Func<TaskOrchestrationContext, object?> ReaderOf(Type type) =>
        typeof(OrchestrationInput).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .CreateDelegate<Func<TaskOrchestrationContext, object?>>();

    private static object? Read<T>(TaskOrchestrationContext context) => context.GetInput<T>();
}
