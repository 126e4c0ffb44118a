using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Functions.Tests.Http.Access;

/// <summary>The HTTP functions of the app, from its assembly.</summary>
internal static class HttpFunctions
{
    public static IReadOnlyDictionary<string, AuthorizationLevel> Levels { get; } = (
        from type in typeof(Program).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where function is not null && trigger is not null
        select (function!.Name, trigger!.AuthLevel)).ToDictionary(f => f.Name, f => f.AuthLevel);

    public static IEnumerable<string> Names => Levels.Keys;
}
