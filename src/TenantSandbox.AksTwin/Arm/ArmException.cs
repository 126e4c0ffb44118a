namespace TenantSandbox.AksTwin.Arm;

/// <summary>An ARM error response.</summary>
/// <param name="message">Null for AKS's default message of the code.</param>
internal sealed class ArmException(int status, string code, string? message = null, string? target = null)
    : Exception(message ?? DefaultMessages.GetValueOrDefault(code, $"The request failed with {code} (injected)."))
{
    private static readonly Dictionary<string, string> DefaultMessages = new()
    {
        ["OperationNotAllowed"] = OperationInProgressMessage("operation (PutExtensionAddonHandler.PUT)"),
        ["Throttled"] = "The request is being throttled because the limit has been reached for operation type.",
        ["ErrCode_InsufficientVCPUQuota"] = "Insufficient vcpu quota requested for the VM family in the region.",
        ["SkuNotAvailable"] = "The requested VM size is currently not available in the location. Please try another size or location.",
        ["ZonalAllocationFailed"] = "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.",
    };

    public int Status => status;

    /// <summary>Retry-After header, in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Content of the <c>error</c> property of the response.</summary>
    public JsonObject ErrorBody => JsonTemplate.Fill($$"""{"code":{{code}},"message":{{Message}},"target":{{target}} }""");

    public static ArmException FromInjectedFault(InjectedFault fault) =>
        new(fault.Status, fault.Code, fault.Message) { RetryAfter = fault.RetryAfter };

    /// <summary>The <c>agentPoolProfile</c> parameter error of AKS.</summary>
    public static ArmException InvalidPoolProperty(string name, string reason) =>
        new(400, "InvalidParameter", $"agentPoolProfile.{name} {reason}.", $"agentPoolProfile.{name}");

    // https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed
    public static string OperationInProgressMessage(string operation) =>
        $"Operation is not allowed: Another {operation} is in progress, please wait for it to finish before starting a new operation. "
        + "See https://aka.ms/aks-pending-operation for more details";
}
