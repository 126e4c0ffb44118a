using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests;

/// <summary>What histories and states are made of, found from the functions' own signatures.</summary>
public sealed class PersistedContractsTests
{
    public static TheoryData<Type> Persisted => [.. Reach([.. OfFunctions(), typeof(TenantState), typeof(LedgerState), typeof(OperationStatus)])];

    [Theory]
    [MemberData(nameof(Persisted))]
    public void PersistedType_IsASealedRecordWithExplicitNames(Type type)
    {
        Assert.True(type.IsSealed, $"{type} can be derived from");
        Assert.True(type.GetMethod("<Clone>$") is not null, $"{type} is no record");
        Assert.All(Serialized(type), p => Assert.True(p.IsDefined(typeof(JsonPropertyNameAttribute)), $"{type}.{p.Name} has no explicit JSON name"));
    }

    private static IEnumerable<Type> OfFunctions() =>
        from type in new[] { typeof(OnboardOrchestration).Assembly }.SelectMany(a => a.GetTypes())
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(FunctionAttribute))
        where method.GetParameters().Any(p => p.IsDefined(typeof(OrchestrationTriggerAttribute)) || p.IsDefined(typeof(ActivityTriggerAttribute)))
        from used in method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType)
        select used;

    private static IEnumerable<Type> Reach(Type[] roots)
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(roots);
        while (open.TryDequeue(out var type))
        {
            foreach (var part in type.IsGenericType ? type.GetGenericArguments() : [])
            {
                open.Enqueue(part);
            }

            if (type.Namespace?.StartsWith("TenantSandbox.", StringComparison.Ordinal) != true || type.IsEnum || !found.Add(type))
            {
                continue;
            }

            foreach (var property in Serialized(type))
            {
                open.Enqueue(property.PropertyType);
            }
        }

        Assert.Contains(typeof(PoolOperationInput), found);
        return found.OrderBy(t => t.FullName, StringComparer.Ordinal);
    }

    private static IEnumerable<PropertyInfo> Serialized(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always });
}
