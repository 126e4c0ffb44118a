using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The priority of a pool's machines.</summary>
public readonly struct ScaleSetPriority(string value) : IEquatable<ScaleSetPriority>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ScaleSetPriority Regular { get; } = new("Regular");

    public static ScaleSetPriority Spot { get; } = new("Spot");

    public static bool operator ==(ScaleSetPriority left, ScaleSetPriority right) => left.Equals(right);

    public static bool operator !=(ScaleSetPriority left, ScaleSetPriority right) => !left.Equals(right);

    public static implicit operator ScaleSetPriority(string value) => new(value);

    public bool Equals(ScaleSetPriority other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ScaleSetPriority other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
