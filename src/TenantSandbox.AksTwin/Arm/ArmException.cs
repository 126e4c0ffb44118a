namespace TenantSandbox.AksTwin.Arm;

/// <summary>An answer of ARM that is an error.</summary>
#pragma warning disable CA1032 // The standard constructors would make an error without status or code, which ARM doesn't have.
internal sealed class ArmException(string code, string message, string? target = null, int status = 400) : Exception(message)
#pragma warning restore CA1032
{
    private const string Wait = "please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details";

    // What AKS says along with a code when a script names only the code.
    private static readonly Dictionary<string, string> UsualMessages = new()
    {
        // https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed
        ["OperationNotAllowed"] = $"Operation is not allowed: Another operation (PutExtensionAddonHandler.PUT) is in progress, {Wait}",
        ["Throttled"] = "The request is being throttled because the limit has been reached for operation type - the request rate is too high.",
        ["ErrCode_InsufficientVCPUQuota"] = "Insufficient vcpu quota requested for the VM family in the region.",
        ["SkuNotAvailable"] = "The requested VM size is currently not available in the location. Please try another size or location.",
        ["ZonalAllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.",
    };

    public int Status => status;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What the envelope holds.</summary>
    public JsonObject Error => Json.Of($$"""{"code":{{code}},"message":{{Message}},"target":{{target}} }""");

    public static ArmException From(Fault fault) =>
        new(fault.Code, fault.Message ?? UsualMessages.GetValueOrDefault(fault.Code, $"The request failed with {fault.Code} (scripted)."), status: fault.Status)
        {
            RetryAfter = fault.RetryAfter,
        };

    /// <summary>Another operation is under way: on a pool, or (null) on the whole cluster.</summary>
    public static ArmException Pending(AgentPool? pool) => new(
        "OperationNotAllowed",
        pool is null ? UsualMessages["OperationNotAllowed"] : $"Operation is not allowed: Another agentpool operation ({pool.Name} - {pool.State}) is in progress, {Wait}",
        status: 409);
}
