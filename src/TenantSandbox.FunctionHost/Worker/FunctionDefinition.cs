using System.Text.Json;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>A function as the worker describes it.</summary>
internal sealed record FunctionDefinition
{
    /// <summary>Reads the worker's metadata.</summary>
    /// <exception cref="InvalidOperationException">A binding isn't a JSON object with name and type, or there isn't exactly one trigger.</exception>
    public FunctionDefinition(RpcFunctionMetadata metadata)
    {
        (Metadata, Name, FunctionId, EntryPoint) = (metadata, metadata.Name, metadata.FunctionId, metadata.EntryPoint);
        try
        {
            Bindings = [.. metadata.RawBindings.Select(binding => JsonElement.Parse(binding))];
            var triggers = Bindings.Where(binding => TypeOf(binding).EndsWith("trigger", StringComparison.OrdinalIgnoreCase)).ToArray();
            Trigger = triggers is [var trigger]
                ? trigger
                : throw Fault($"it has {triggers.Length} triggers; a function has exactly one.");
            TriggerType = TypeOf(Trigger);
            TriggerParameter = Trigger.GetProperty("name").GetString()!;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            throw new InvalidOperationException(Fault($"its bindings can't be read: {exception.Message}").Message, exception);
        }
    }

    /// <summary>The metadata as the worker sent it; it is sent back when the function is loaded.</summary>
    public RpcFunctionMetadata Metadata { get; }

    /// <summary>The function's name, unique in the app.</summary>
    public string Name { get; }

    /// <summary>The worker's id of the function; the same after a restart.</summary>
    public string FunctionId { get; }

    /// <summary>Class and method.</summary>
    public string EntryPoint { get; }

    /// <summary>All bindings, the trigger included, as in function.json.</summary>
    public IReadOnlyList<JsonElement> Bindings { get; }

    /// <summary>The trigger's binding.</summary>
    public JsonElement Trigger { get; }

    /// <summary>The trigger's type as the worker writes it, such as <c>queueTrigger</c>.</summary>
    public string TriggerType { get; }

    /// <summary>The name of the parameter that takes the trigger's value.</summary>
    public string TriggerParameter { get; }

    /// <summary>Whether the trigger is of this type; types are compared without case, as the real host does.</summary>
    public bool IsTriggeredBy(string triggerType) => TriggerType.Equals(triggerType, StringComparison.OrdinalIgnoreCase);

    /// <summary>An exception that names the function, for a configuration that can't work.</summary>
    public InvalidOperationException Fault(string message) => new($"Function '{Name}' ({EntryPoint}): {message}");

    private static string TypeOf(JsonElement binding) => binding.GetProperty("type").GetString() ?? "";
}
