using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>How a user's kubeconfig gets its token.</summary>
public readonly struct KubeConfigFormat(string value) : IEquatable<KubeConfigFormat>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static KubeConfigFormat Azure { get; } = new("azure");

    public static KubeConfigFormat Exec { get; } = new("exec");

    public static bool operator ==(KubeConfigFormat left, KubeConfigFormat right) => left.Equals(right);

    public static bool operator !=(KubeConfigFormat left, KubeConfigFormat right) => !left.Equals(right);

    public static implicit operator KubeConfigFormat(string value) => new(value);

    public bool Equals(KubeConfigFormat other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is KubeConfigFormat other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
