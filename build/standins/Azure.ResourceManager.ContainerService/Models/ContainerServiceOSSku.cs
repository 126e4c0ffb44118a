using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The operating system image family of a pool.</summary>
public readonly struct ContainerServiceOSSku(string value) : IEquatable<ContainerServiceOSSku>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static ContainerServiceOSSku Ubuntu { get; } = new("Ubuntu");

    public static ContainerServiceOSSku AzureLinux { get; } = new("AzureLinux");

    public static ContainerServiceOSSku AzureLinux3 { get; } = new("AzureLinux3");

    public static ContainerServiceOSSku CblMariner { get; } = new("CBLMariner");

    public static ContainerServiceOSSku Mariner { get; } = new("Mariner");

    public static ContainerServiceOSSku Ubuntu2204 { get; } = new("Ubuntu2204");

    public static ContainerServiceOSSku Ubuntu2404 { get; } = new("Ubuntu2404");

    public static bool operator ==(ContainerServiceOSSku left, ContainerServiceOSSku right) => left.Equals(right);

    public static bool operator !=(ContainerServiceOSSku left, ContainerServiceOSSku right) => !left.Equals(right);

    public static implicit operator ContainerServiceOSSku(string value) => new(value);

    public bool Equals(ContainerServiceOSSku other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is ContainerServiceOSSku other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
