using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>What happens to a machine that is removed by scaling down.</summary>
public readonly struct ScaleDownMode(string value) : IEquatable<ScaleDownMode>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ScaleDownMode Delete { get; } = new("Delete");

    public static ScaleDownMode Deallocate { get; } = new("Deallocate");

    public static bool operator ==(ScaleDownMode left, ScaleDownMode right) => left.Equals(right);

    public static bool operator !=(ScaleDownMode left, ScaleDownMode right) => !left.Equals(right);

    public static implicit operator ScaleDownMode(string value) => new(value);

    public bool Equals(ScaleDownMode other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ScaleDownMode other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
