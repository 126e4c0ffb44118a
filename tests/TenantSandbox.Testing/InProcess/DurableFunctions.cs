using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Testing;

/// <summary>The durable functions of an assembly, found by their triggers like the Functions host finds them, so that none can be forgotten.</summary>
public sealed class DurableFunctions
{
    private readonly FrozenDictionary<string, ITaskOrchestrator> _orchestrations;
    private readonly FrozenDictionary<string, Type> _entities;

    private DurableFunctions(Dictionary<string, ITaskOrchestrator> orchestrations, Dictionary<string, Type> entities, List<string> activities)
    {
        _orchestrations = orchestrations.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _entities = entities.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Orchestrations = [.. orchestrations.Keys.Order(StringComparer.Ordinal)];
        Entities = [.. entities.Keys.Order(StringComparer.Ordinal)];
        Activities = [.. activities.Order(StringComparer.Ordinal)];
    }

    /// <summary>Names of the orchestrations, sorted.</summary>
    public IReadOnlyList<string> Orchestrations { get; }

    /// <summary>Names of the entities, sorted.</summary>
    public IReadOnlyList<string> Entities { get; }

    /// <summary>Names of the activities, sorted.</summary>
    public IReadOnlyList<string> Activities { get; }

    /// <summary>Finds the functions of an assembly, and of further types.</summary>
    public static DurableFunctions Of(Assembly assembly, params Type[] more)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var orchestrations = new Dictionary<string, ITaskOrchestrator>(StringComparer.OrdinalIgnoreCase);
        var entities = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase);
        var activities = new List<string>();
        foreach (var method in assembly.GetTypes().Concat(more).SelectMany(type => type.GetMethods(All)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { Name: var name })
            {
                continue;
            }

            var parameters = method.GetParameters();
            if (parameters.Any(p => p.IsDefined(typeof(OrchestrationTriggerAttribute))))
            {
                orchestrations.Add(name, new MethodOrchestrator(method));
            }
            else if (parameters.Any(p => p.IsDefined(typeof(EntityTriggerAttribute))))
            {
                entities.Add(name, method.DeclaringType!);
            }
            else if (parameters.Any(p => p.IsDefined(typeof(ActivityTriggerAttribute))))
            {
                activities.Add(name);
            }
        }

        return new DurableFunctions(orchestrations, entities, activities);
    }

    /// <summary>The orchestration of this name; null when there is none.</summary>
    public ITaskOrchestrator? Orchestration(string name) => _orchestrations.GetValueOrDefault(name);

    /// <summary>A new object of the entity of this name; null when there is none.</summary>
    internal ITaskEntity? CreateEntity(string name) =>
        _entities.TryGetValue(name, out var type) ? (ITaskEntity)Activator.CreateInstance(type)! : null;
}
