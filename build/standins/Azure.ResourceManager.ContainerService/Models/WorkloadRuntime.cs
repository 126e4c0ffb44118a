using System.ComponentModel;

namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The runtime that a pool's pods run on.</summary>
public readonly struct WorkloadRuntime(string value) : IEquatable<WorkloadRuntime>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    public static WorkloadRuntime OciContainer { get; } = new("OCIContainer");

    public static WorkloadRuntime KataVmIsolation { get; } = new("KataVmIsolation");

    public static WorkloadRuntime KataMshvVmIsolation { get; } = new("KataMshvVmIsolation");

    public static WorkloadRuntime WasmWasi { get; } = new("WasmWasi");

    public static bool operator ==(WorkloadRuntime left, WorkloadRuntime right) => left.Equals(right);

    public static bool operator !=(WorkloadRuntime left, WorkloadRuntime right) => !left.Equals(right);

    public static implicit operator WorkloadRuntime(string value) => new(value);

    public bool Equals(WorkloadRuntime other) => string.Equals(_value, other._value, StringComparison.InvariantCultureIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is WorkloadRuntime other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.InvariantCultureIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
