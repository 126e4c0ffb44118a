using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>Where a node's OS disk is stored.</summary>
public readonly struct ContainerServiceOSDiskType(string value) : IEquatable<ContainerServiceOSDiskType>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ContainerServiceOSDiskType Managed { get; } = new("Managed");

    public static ContainerServiceOSDiskType Ephemeral { get; } = new("Ephemeral");

    public static bool operator ==(ContainerServiceOSDiskType left, ContainerServiceOSDiskType right) => left.Equals(right);

    public static bool operator !=(ContainerServiceOSDiskType left, ContainerServiceOSDiskType right) => !left.Equals(right);

    public static implicit operator ContainerServiceOSDiskType(string value) => new(value);

    public bool Equals(ContainerServiceOSDiskType other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ContainerServiceOSDiskType other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
