namespace TenantSandbox.AksTwin.Arm;

/// <summary>An answer of ARM that is an error.</summary>
/// <param name="message">Null for what AKS usually says along with the code.</param>
internal sealed class ArmException(int status, string code, string? message = null, string? target = null)
    : Exception(message ?? UsualMessages.GetValueOrDefault(code, $"The request failed with {code} (scripted)."))
{
    private static readonly Dictionary<string, string> UsualMessages = new()
    {
        ["OperationNotAllowed"] = Pending("operation (PutExtensionAddonHandler.PUT)"),
        ["Throttled"] = "The request is being throttled because the limit has been reached for operation type.",
        ["ErrCode_InsufficientVCPUQuota"] = "Insufficient vcpu quota requested for the VM family in the region.",
        ["SkuNotAvailable"] = "The requested VM size is currently not available in the location. Please try another size or location.",
        ["ZonalAllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.",
    };

    public int Status => status;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What the envelope holds.</summary>
    public JsonObject Error => Json.Of($$"""{"code":{{code}},"message":{{Message}},"target":{{target}} }""");

    public static ArmException From(Fault fault) => new(fault.Status, fault.Code, fault.Message) { RetryAfter = fault.RetryAfter };

    // https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed
    public static string Pending(string operation) =>
        $"Operation is not allowed: Another {operation} is in progress, please wait for it to finish before starting a new operation. "
        + "See https://aka.ms/aks-pending-operation for more details";
}
