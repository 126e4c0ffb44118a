using Azure.ResourceManager.ContainerService;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>What a pool of ours, as read, amounts to.</summary>
internal static class AgentPoolVerdict
{
    public static PoolObservation Of(ContainerServiceAgentPoolData found, PoolRef pool) => found.ProvisioningState switch
    {
        "Succeeded" => Succeeded(found, pool),
        "Failed" or "Canceled" => Failed(found),
        // An open set: Creating, Updating, Scaling, Upgrading, Deleting, Starting and whatever comes next.
        var state => new PoolObservation(PoolCondition.InProgress, state ?? "no provisioning state yet"),
    };

    /// <summary>Whether a PUT of the same body is worth making again.</summary>
    public static bool NeedsWrite(ContainerServiceAgentPoolData found, PoolRef pool) =>
        found.ProvisioningState is "Failed" or "Canceled"
        || (found.ProvisioningState == "Succeeded" && ChangedForGood(found, pool) is null && Outstanding(found, pool) is not null);

    private static PoolObservation Succeeded(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        if (ChangedForGood(found, pool) is { } fixedField)
        {
            return new PoolObservation(
                PoolCondition.Failed, $"the pool was made otherwise, and this can't be changed: {fixedField}",
                ErrorClass: ErrorClass.Invalid, Code: "ImmutableFieldDiffers");
        }

        // Right after an update the state can still be the one before it.
        return Outstanding(found, pool) is { } outstanding
            ? new PoolObservation(PoolCondition.InProgress, $"Succeeded, but not yet in place: {outstanding}")
            : new PoolObservation(PoolCondition.Ready, "Succeeded");
    }

    private static PoolObservation Failed(ContainerServiceAgentPoolData found)
    {
        var error = found.StatusProvisioningError;
        var code = error?.Code ?? found.ProvisioningState;
        var detail = error?.Message is { Length: > 0 } message ? $"{found.ProvisioningState}: {message}" : found.ProvisioningState;
        return new PoolObservation(
            PoolCondition.Failed,
            detail.Length <= SandboxException.MaxMessageLength ? detail : detail[..SandboxException.MaxMessageLength],
            ErrorClass: ArmErrors.Classify(null, code, error?.Message),
            Code: code);
    }

    private static string? ChangedForGood(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var template = pool.Template;
        return !Same(found.WorkloadRuntime?.ToString(), template.WorkloadRuntime) ? $"workloadRuntime is {found.WorkloadRuntime}"
            : !Same(found.VmSize, template.VmSize) ? $"vmSize is {found.VmSize}"
            : found.MaxPods != template.MaxPods ? $"maxPods is {found.MaxPods}"
            : null;
    }

    private static string? Outstanding(ContainerServiceAgentPoolData found, PoolRef pool)
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
