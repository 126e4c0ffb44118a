using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace TenantSandbox.Local.Hosting.Invocation;

/// <summary>Finds functions the way the Functions host's metadata generator does: by attributes, with no second registration.</summary>
internal static partial class FunctionDiscovery
{
    private const BindingFlags EveryMethod =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <exception cref="InvalidOperationException">A function without exactly one trigger, or two functions of one name.</exception>
    public static IReadOnlyList<FunctionDescriptor> Find(IEnumerable<Type> types)
    {
        var functions = types
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetMethods(EveryMethod))
            .Select(Describe)
            .OfType<FunctionDescriptor>()
            .OrderBy(function => function.Name, StringComparer.Ordinal)
            .ToArray();

        if (functions.FirstOrDefault(function => !ValidName().IsMatch(function.Name)) is { } misnamed)
            throw misnamed.Fault("a function's name starts with a letter and has at most 128 letters, digits, '-' and '_'.");

        var twice = functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Count() > 1)?
            .ToArray();
        return twice is null
            ? functions
            : throw twice[0].Fault($"{twice[1].EntryPoint} has the same name. Rename one of them.");
    }

    private static FunctionDescriptor? Describe(MethodInfo method)
    {
        if (method.GetCustomAttribute<FunctionAttribute>() is not { } function) return null;

        var triggers = method.GetParameters()
            .Select(parameter => (Parameter: parameter, Trigger: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(pair => pair.Trigger is not null)
            .ToArray();
        return triggers is [var only]
            ? new FunctionDescriptor(function.Name, method, only.Trigger!, only.Parameter)
            : throw new InvalidOperationException(
                $"Function '{function.Name}' ({method.DeclaringType!.FullName}.{method.Name}) has {triggers.Length} triggers; "
                + "it needs exactly one parameter with a trigger attribute.");
    }

    // The real host's rule. Names also become names of files here.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$")]
    private static partial Regex ValidName();
}
