using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>Whether a pool's machines are running or stopped.</summary>
public readonly struct ContainerServiceStateCode(string value) : IEquatable<ContainerServiceStateCode>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ContainerServiceStateCode Running { get; } = new("Running");

    public static ContainerServiceStateCode Stopped { get; } = new("Stopped");

    public static bool operator ==(ContainerServiceStateCode left, ContainerServiceStateCode right) => left.Equals(right);

    public static bool operator !=(ContainerServiceStateCode left, ContainerServiceStateCode right) => !left.Equals(right);

    public static implicit operator ContainerServiceStateCode(string value) => new(value);

    public bool Equals(ContainerServiceStateCode other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ContainerServiceStateCode other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
