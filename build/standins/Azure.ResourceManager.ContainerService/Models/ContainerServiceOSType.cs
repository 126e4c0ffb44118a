using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The operating system of a pool's nodes.</summary>
public readonly struct ContainerServiceOSType(string value) : IEquatable<ContainerServiceOSType>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ContainerServiceOSType Linux { get; } = new("Linux");

    public static ContainerServiceOSType Windows { get; } = new("Windows");

    public static bool operator ==(ContainerServiceOSType left, ContainerServiceOSType right) => left.Equals(right);

    public static bool operator !=(ContainerServiceOSType left, ContainerServiceOSType right) => !left.Equals(right);

    public static implicit operator ContainerServiceOSType(string value) => new(value);

    public bool Equals(ContainerServiceOSType other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ContainerServiceOSType other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
