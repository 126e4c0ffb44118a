using DurableTask.Core;
using DurableTask.Core.Exceptions;
using Google.Protobuf;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Durable;

/// <summary>The app's durable functions by kind and name; names are compared without case, as the Durable extension does.</summary>
internal sealed class DurableFunctions(
    IReadOnlyList<FunctionDefinition> functions, IFunctionInvoker invoker, DurableSettings settings, CancellationToken stopping)
{
    private const string OrchestrationTrigger = "orchestrationTrigger";
    private const string EntityTrigger = "entityTrigger";
    private const string ActivityTrigger = "activityTrigger";

    private static readonly Dictionary<string, TypedData> NoMetadata = [];

    private readonly Dictionary<string, SemaphoreSlim> _limits = new(StringComparer.OrdinalIgnoreCase)
    {
        [OrchestrationTrigger] = LimitOf(settings.MaxConcurrentOrchestrations),
        [EntityTrigger] = LimitOf(settings.MaxConcurrentEntities),
        [ActivityTrigger] = LimitOf(settings.MaxConcurrentActivities),
    };

    private readonly Dictionary<string, FunctionDefinition> _orchestrations = ByName(functions, OrchestrationTrigger, "orchestration");
    private readonly Dictionary<string, FunctionDefinition> _entities = ByName(functions, EntityTrigger, "entityName");
    private readonly Dictionary<string, FunctionDefinition> _activities = ByName(functions, ActivityTrigger, "activity");

    public FunctionDefinition? Orchestration(string name) => _orchestrations.GetValueOrDefault(name);

    public FunctionDefinition? Entity(string name) => _entities.GetValueOrDefault(name);

    public FunctionDefinition? Activity(string name) => _activities.GetValueOrDefault(name);

    /// <summary>Runs a function whose input and result are base64 of protocol messages.</summary>
    /// <exception cref="SessionAbortedException">The host stops; the work item is tried again.</exception>
    public async Task<T> InvokeAsync<T>(FunctionDefinition function, IMessage request, MessageParser<T> parser) where T : IMessage<T>
    {
        var result = await InvokeAsync(function, new TypedData { String = request.ToByteString().ToBase64() });
        return result is { String.Length: > 0 }
            ? parser.ParseFrom(ByteString.FromBase64(result.String))
            : throw new InvalidOperationException(
                $"The function '{function.Name}' returned nothing. A durable function returns what its trigger's runner gives it.");
    }

    /// <summary>Runs a function, as soon as fewer of its kind run than host.json allows.</summary>
    /// <exception cref="SessionAbortedException">The host stops; the work item is tried again.</exception>
    public async Task<TypedData?> InvokeAsync(FunctionDefinition function, TypedData input)
    {
        var limit = _limits[function.TriggerType];
        try
        {
            await limit.WaitAsync(stopping);
            try
            {
                return (await invoker.InvokeAsync(function, input, NoMetadata, stopping)).ReturnValue;
            }
            finally
            {
                limit.Release();
            }
        }
        catch (Exception exception) when (stopping.IsCancellationRequested)
        {
            throw new SessionAbortedException("The host is stopping.", exception);
        }
    }

    private static SemaphoreSlim LimitOf(int? maximum) => new(maximum ?? int.MaxValue);

    private static Dictionary<string, FunctionDefinition> ByName(
        IReadOnlyList<FunctionDefinition> functions, string triggerType, string nameProperty) =>
        functions.Where(function => function.IsTriggeredBy(triggerType)).ToDictionary(
            function => function.Trigger.TryGetProperty(nameProperty, out var name) && name.GetString() is { Length: > 0 } given
                ? given
                : function.Name,
            StringComparer.OrdinalIgnoreCase);
}

/// <summary>Gives no implementation: the middlewares run every orchestration and activity in the worker.</summary>
internal sealed class RemoteImplementations<T> : INameVersionObjectManager<T> where T : class
{
    public void Add(ObjectCreator<T> creator) => throw new NotSupportedException("Functions are declared in the app.");

    public T? GetObject(string name, string? version) => null;
}
