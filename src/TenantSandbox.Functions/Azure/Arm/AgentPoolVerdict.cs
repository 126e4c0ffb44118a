using Azure.ResourceManager.ContainerService;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Evaluates the state of a pool that this system owns.</summary>
internal static class AgentPoolVerdict
{
    public static PoolObservation Of(ContainerServiceAgentPoolData found, PoolRef pool) => found.ProvisioningState switch
    {
        "Succeeded" => Succeeded(found, pool),
        "Failed" or "Canceled" => Failed(found),
        "Deleting" => new PoolObservation(PoolCondition.InProgress, "Deleting", IsDeleting: true),
        // The set of states is open: Creating, Updating, Scaling, Upgrading, Deleting, Starting and others.
        var state => new PoolObservation(PoolCondition.InProgress, state ?? "no provisioning state yet"),
    };

    /// <summary>Whether the same PUT must be made again.</summary>
    public static bool NeedsWrite(ContainerServiceAgentPoolData found, PoolRef pool) =>
        found.ProvisioningState is "Failed" or "Canceled"
        || (found.ProvisioningState == "Succeeded" && ImmutableDifference(found, pool) is null && MissingUpdate(found, pool) is not null);

    private static PoolObservation Succeeded(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        if (ImmutableDifference(found, pool) is { } difference)
        {
            return new PoolObservation(
                PoolCondition.Failed, $"the existing pool differs in a field that can't be changed: {difference}",
                ErrorClass: ErrorClass.Invalid, Code: "ImmutableFieldDiffers");
        }

        // Right after an update the returned state can still be the previous one.
        return MissingUpdate(found, pool) is { } missing
            ? new PoolObservation(PoolCondition.InProgress, $"Succeeded, but not yet in place: {missing}")
            : new PoolObservation(PoolCondition.Ready, "Succeeded", ResourceId: found.Id?.ToString());
    }

    /// <summary>Why a failed pool failed.</summary>
    public static (ErrorClass ErrorClass, string Code, string Detail) CauseOf(ContainerServiceAgentPoolData found)
    {
        var error = found.StatusProvisioningError;
        var code = error?.Code ?? found.ProvisioningState;
        var detail = error?.Message is { Length: > 0 } message ? $"{found.ProvisioningState}: {message}" : found.ProvisioningState;
        return (ArmErrors.Classify(null, code, error?.Message), code, detail);
    }

    private static PoolObservation Failed(ContainerServiceAgentPoolData found)
    {
        var (errorClass, code, detail) = CauseOf(found);
        return new PoolObservation(
            PoolCondition.Failed,
            detail.Length <= SandboxException.MaxMessageLength ? detail : detail[..SandboxException.MaxMessageLength],
            ErrorClass: errorClass,
            Code: code);
    }

    private static string? ImmutableDifference(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var template = pool.Template;
        return !Same(found.WorkloadRuntime?.ToString(), template.WorkloadRuntime) ? $"workloadRuntime is {found.WorkloadRuntime}"
            : !Same(found.VmSize, template.VmSize) ? $"vmSize is {found.VmSize}"
            : found.MaxPods != template.MaxPods ? $"maxPods is {found.MaxPods}"
            : null;
    }

    private static string? MissingUpdate(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var template = pool.Template;
        return found.EnableAutoScaling != true || found.MinCount != template.MinCount || found.MaxCount != template.MaxCount
                ? $"autoscaler from {template.MinCount} to {template.MaxCount}"
            : !found.NodeTaints.Contains(SandboxNodes.TaintText) ? $"taint {SandboxNodes.TaintText}"
            : AgentPoolBody.Labels(pool).Any(l => !found.NodeLabels.TryGetValue(l.Key, out var value) || value != l.Value) ? "node labels"
            : null;
    }

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
