using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Limits and requests. The limits of all containers size the guest.</summary>
internal static class ResourceRules
{
    /// <summary>The least memory of one container; the whole guest has at least <see cref="RequestLimits.MinMemoryMiB"/>.</summary>
    public const int MinContainerMiB = 8;

    /// <summary>The largest ephemeral storage, of a container or a volume: 64 GiB.</summary>
    public const int MaxStorageMiB = 64 * 1024;

    private static readonly (string Rule, string Reason) OtherResources =
        ("extendedResources", "Kata guests get no devices and no huge pages: only \"cpu\", \"memory\" and \"ephemeral-storage\" can be stated.");

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("ResourceRequirements",
        [
            Refuse("claims", "devices", "Kata guests get no devices."),
            Require("limits", new ObjectValue("ResourceLimits")),
            Accept("requests", new ObjectValue("ResourceRequests"), "Raised to the limits, which is reported; more than the limits is refused."),
        ]),
        new("ResourceLimits",
        [
            Require("cpu", new QuantityValue(QuantityKind.Cpu, 1, RequestLimits.MaxCpuMillis), "The guest gets the sum rounded up to whole vCPUs."),
            Accept("ephemeral-storage", new QuantityValue(QuantityKind.Storage, 1, MaxStorageMiB)),
            Require("memory", new QuantityValue(QuantityKind.Memory, MinContainerMiB, RequestLimits.MaxMemoryMiB)),
        ])
        { Model = "", Others = OtherResources },
        new("ResourceRequests",
        [
            Accept("cpu", new QuantityValue(QuantityKind.Cpu, 0, RequestLimits.MaxCpuMillis)),
            Accept("ephemeral-storage", new QuantityValue(QuantityKind.Storage, 0, MaxStorageMiB)),
            Accept("memory", new QuantityValue(QuantityKind.Memory, 0, RequestLimits.MaxMemoryMiB)),
        ])
        { Model = "", Others = OtherResources },
    ];
}
