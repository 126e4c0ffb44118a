using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The kind of Azure resource that holds a pool's machines.</summary>
public readonly struct AgentPoolType(string value) : IEquatable<AgentPoolType>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static AgentPoolType VirtualMachineScaleSets { get; } = new("VirtualMachineScaleSets");

    public static AgentPoolType AvailabilitySet { get; } = new("AvailabilitySet");

    public static AgentPoolType VirtualMachines { get; } = new("VirtualMachines");

    public static bool operator ==(AgentPoolType left, AgentPoolType right) => left.Equals(right);

    public static bool operator !=(AgentPoolType left, AgentPoolType right) => !left.Equals(right);

    public static implicit operator AgentPoolType(string value) => new(value);

    public bool Equals(AgentPoolType other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is AgentPoolType other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
