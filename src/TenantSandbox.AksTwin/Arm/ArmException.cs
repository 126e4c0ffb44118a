using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>An answer of ARM that is an error.</summary>
#pragma warning disable CA1032 // The standard constructors would make an error without status or code, which ARM doesn't have.
internal sealed class ArmException(string code, string message, string? target = null, int status = 400) : Exception(message)
#pragma warning restore CA1032
{
    // What AKS says along with a code when only the code is known.
    private static readonly Dictionary<string, string> UsualMessages = new()
    {
        // https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed
        ["OperationNotAllowed"] = "Operation is not allowed: Another operation (PutExtensionAddonHandler.PUT) is in progress, " + Wait,
        ["Throttled"] = "The request is being throttled because the limit has been reached for operation type - the request rate is too high.",
        ["ErrCode_InsufficientVCPUQuota"] = "Insufficient vcpu quota requested for the VM family in the region. Request more quota.",
        ["SkuNotAvailable"] = "The requested VM size is currently not available in the location. Please try another size or location.",
        ["ZonalAllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.",
        ["AllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
        ["OverconstrainedAllocationRequest"] = "Create or update request for this VM size failed: it could not be allocated due to constraints.",
        ["AvailabilityZoneNotSupported"] = "The zone(s) requested are not supported for the resource in this location.",
        ["RequestDisallowedByPolicy"] = "Resource was disallowed by policy.",
        ["InternalServerError"] = "Encountered internal server error.",
    };

    private const string Wait =
        "please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details";

    public int Status => status;

    public string Code => code;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    public static ArmException From(Fault fault) => new(fault.Code, MessageOf(fault), status: fault.Status) { RetryAfter = fault.RetryAfter };

    public static string MessageOf(Fault fault) =>
        fault.Message ?? UsualMessages.GetValueOrDefault(fault.Code, $"The request failed with {fault.Code} (scripted).");

    public static ArmException Invalid(string message, string? target = null) => new("InvalidParameter", message, target);

    /// <summary>Another operation is under way: on a pool, or on the whole cluster.</summary>
    public static ArmException Pending(AgentPool? pool) => new(
        "OperationNotAllowed",
        pool is null
            ? UsualMessages["OperationNotAllowed"]
            : $"Operation is not allowed: Another agentpool operation ({pool.Name} - {pool.State}) is in progress, {Wait}",
        status: 409);

    public static JsonObject Error(string code, string message, string? target = null) =>
        Json.Of($$"""{"code":{{code}},"message":{{message}},"target":{{target}}}""");

    /// <summary>ARM's envelope.</summary>
    public JsonObject ToJson() => new() { ["error"] = Error(code, Message, target) };
}
