using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>Whether a pool runs system pods or user workloads.</summary>
public readonly struct AgentPoolMode(string value) : IEquatable<AgentPoolMode>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static AgentPoolMode System { get; } = new("System");

    public static AgentPoolMode User { get; } = new("User");

    public static AgentPoolMode Gateway { get; } = new("Gateway");

    public static bool operator ==(AgentPoolMode left, AgentPoolMode right) => left.Equals(right);

    public static bool operator !=(AgentPoolMode left, AgentPoolMode right) => !left.Equals(right);

    public static implicit operator AgentPoolMode(string value) => new(value);

    public bool Equals(AgentPoolMode other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is AgentPoolMode other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
