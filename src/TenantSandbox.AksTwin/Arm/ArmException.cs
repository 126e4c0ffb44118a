using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>An answer of ARM that is an error.</summary>
#pragma warning disable CA1032 // The standard constructors would make an error without status or code, which ARM doesn't have.
internal sealed class ArmException(int status, string code, string message, string? target = null) : Exception(message)
#pragma warning restore CA1032
{
    // What AKS says along with a code when a script names only the code.
    private static readonly Dictionary<string, string> UsualMessages = new(StringComparer.Ordinal)
    {
        ["OperationNotAllowed"] = "Operation is not allowed: Another operation (PutExtensionAddonHandler.PUT) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details",
        ["Throttled"] = "The request is being throttled because the limit has been reached for operation type - the request rate is too high. Please retry later.",
        ["ErrCode_InsufficientVCPUQuota"] = "Insufficient vcpu quota requested for the VM family in the region. Request more quota or use another family.",
        ["SkuNotAvailable"] = "The requested VM size is currently not available in the location. Please try another size or deploy to a different location.",
        ["ZonalAllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.",
        ["AllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
        ["OverconstrainedAllocationRequest"] = "Create or update request for this VM size failed: it could not be allocated due to constraints.",
        ["AvailabilityZoneNotSupported"] = "The zone(s) requested are not supported for the resource in this location.",
        ["RequestDisallowedByPolicy"] = "Resource was disallowed by policy.",
        ["InternalServerError"] = "Encountered internal server error.",
    };

    public int Status => status;

    public string Code => code;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    public static ArmException From(Fault fault) => new(fault.Status, fault.Code, MessageOf(fault)) { RetryAfter = fault.RetryAfter };

    public static string MessageOf(Fault fault) =>
        fault.Message ?? UsualMessages.GetValueOrDefault(fault.Code, $"The request failed with {fault.Code} (scripted).");

    public static ArmException Invalid(string message, string? target = null) => new(400, "InvalidParameter", message, target);

    public static JsonObject Error(string code, string message, string? target = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (target is not null)
            error["target"] = target;
        return error;
    }

    /// <summary>ARM's envelope; AKS adds code and message beside it as well.</summary>
    public JsonObject ToJson() => new() { ["error"] = Error(code, Message, target) };
}
