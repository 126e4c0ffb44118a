using Microsoft.DurableTask;

namespace TenantSandbox.Local.Engine;

/// <summary>One call of an activity. It may be made again after a crash.</summary>
public sealed class ActivityCall
{
    private readonly string? _input;
    private readonly DataConverter _converter;

    internal ActivityCall(string name, string instanceId, string? input, DataConverter converter)
        => (Name, InstanceId, _input, _converter) = (name, instanceId, input, converter);

    public string Name { get; }

    /// <summary>The orchestration that called.</summary>
    public string InstanceId { get; }

    /// <summary>The input as the given type; null if the caller gave none.</summary>
    public object? GetInput(Type type) => _converter.Deserialize(_input, type);
}
