using System.Collections.Frozen;

namespace TenantSandbox.Core.Errors;

/// <summary>
/// Classifies ARM errors. The codes are from the AKS troubleshooting pages, release notes and issue tracker; unknown codes are
/// classified by HTTP status.
/// </summary>
public static class ArmErrors
{
    private static readonly FrozenDictionary<string, ErrorClass> Codes = new (ErrorClass Class, string[] Codes)[]
    {
        (ErrorClass.Throttled, ["Throttled", "TooManyRequests", "TooManyRequestsReceived", "SubscriptionRequestsThrottled"]),
        (ErrorClass.Conflict,
        [
            "OperationNotAllowed", "AKSOperationPreempted", "AKSOperationPreemptedByDelete", "PreconditionFailed", "Conflict",
            // While the control plane is upgraded, its version and the new pool's differ (Azure/azure-service-operator#5517).
            "NodePoolMcVersionIncompatible",
            // Pods, or a disruption budget, hold a node that is to be deleted.
            "PodDrainFailure",
        ]),
        (ErrorClass.Transient,
        [
            "AksCapacityHeavyUsage", "ReconcileVMSSAgentPoolFailed", "CreateVMSSAgentPoolFailed", "InternalOperationError",
            "InternalServerError", "ServiceUnavailable", "ServerTimeout", "GatewayTimeout", "Canceled", "ExpiredAuthenticationToken",
            // The nodes' bootstrap failed: the cluster's network or AKS, never the request.
            "VMExtensionProvisioningError", "VMExtensionProvisioningTimeout", "VMExtensionError_OutboundConnFail",
            "VMExtensionError_K8SAPIServerConnFail", "VMExtensionError_K8SAPIServerDNSLookupFail", "VMExtensionError_ProvisioningTimeout",
        ]),
        (ErrorClass.Capacity,
        [
            "ZonalAllocationFailed", "AllocationFailed", "OverconstrainedAllocationRequest", "OverconstrainedZonalAllocationRequest",
            "SkuNotAvailable", "AvailabilityZoneNotSupported", "VMSizeNotSupported", "SubnetIsFull", "InsufficientSubnetSize",
        ]),
        (ErrorClass.Quota, ["ErrCode_InsufficientVCPUQuota", "InsufficientVCPUQuota", "QuotaExceeded", "PublicIPCountLimitReached"]),
        (ErrorClass.Invalid,
        [
            "InvalidWorkloadRuntimeSettingError", "InvalidParameter", "InvalidTemplate", "RequestDisallowedByPolicy", "LinkedAuthorizationFailed",
            "AuthorizationFailed", "MissingSubscriptionRegistration", "ReadOnlyDisabledSubscription",
        ]),
        (ErrorClass.NotFound, ["ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound", "NotFound"]),
    }.SelectMany(c => c.Codes.Select(code => KeyValuePair.Create(code, c.Class))).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Classifies a response of ARM, or the error that a failed resource carries.</summary>
    /// <param name="status">HTTP status; 0 when there was no response, null when the error was read from a resource.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="message">The error's message. AKS wraps the cause's code in it.</param>
    public static ErrorClass Classify(int? status, string? code, string? message)
    {
        if (status == 429)
        {
            return ErrorClass.Throttled;
        }

        // Compute reports an exhausted quota with the code that otherwise means that an operation is running.
        if (message is not null && message.Contains("exceeding approved", StringComparison.OrdinalIgnoreCase)
            && message.Contains("quota", StringComparison.OrdinalIgnoreCase))
        {
            return ErrorClass.Quota;
        }

        // AKS refuses a VM size, and a family that the subscription may not use, as a plain bad request.
        if (message is not null && message.Contains("VM size", StringComparison.OrdinalIgnoreCase)
            && message.Contains("not allowed in your subscription", StringComparison.OrdinalIgnoreCase))
        {
            return ErrorClass.Capacity;
        }

        ErrorClass? known = code is not null && Codes.TryGetValue(code, out var byCode) ? byCode : null;
        return known is null or ErrorClass.Transient
            ? CauseIn(message) ?? known ?? ByStatus(status)
            : known.Value;
    }

    private static ErrorClass? CauseIn(string? message)
    {
        foreach (var word in Words(message))
        {
            // Only codes that name a cause; words such as "Conflict" are also plain English.
            if (Codes.TryGetValue(word, out var found) && found is ErrorClass.Capacity or ErrorClass.Quota or ErrorClass.Invalid)
            {
                return found;
            }
        }

        return null;
    }

    private static IEnumerable<string> Words(string? text)
    {
        for (int start = 0, end; text is not null && start < text.Length; start = end + 1)
        {
            for (end = start; end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'); end++)
            {
            }

            if (end > start)
            {
                yield return text[start..end];
            }
        }
    }

    private static ErrorClass ByStatus(int? status) => status switch
    {
        // An undocumented error of a failed resource: the same PUT may succeed.
        null or 0 or 408 or >= 500 => ErrorClass.Transient,
        404 => ErrorClass.NotFound,
        409 or 412 => ErrorClass.Conflict,
        _ => ErrorClass.Invalid,
    };
}
