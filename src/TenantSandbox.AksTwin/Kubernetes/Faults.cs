namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Scripted faults in the Kubernetes API's terms.</summary>
internal static class Faults
{
    private const string Stuck = "twin.tenantsandbox.dev/stuck";
    private const string Unset = "OperationNotAllowed";

    private static readonly Dictionary<int, string> Reasons = new()
    {
        [400] = "BadRequest",
        [401] = "Unauthorized",
        [403] = "Forbidden",
        [404] = "NotFound",
        [409] = "Conflict",
        [410] = "Expired",
        [429] = "TooManyRequests",
        [503] = "ServiceUnavailable",
        [504] = "Timeout",
    };

    public static StatusException Refusal(Fault fault)
    {
        var reason = fault.Code == Unset ? Reasons.GetValueOrDefault(fault.Status, "InternalError") : fault.Code;
        return new(fault.Status, reason, fault.Message ?? $"the request failed with {reason} (scripted)")
        {
            RetryAfter = fault.RetryAfter ?? (fault.Status == 429 ? 1 : null),
        };
    }

    /// <summary>Writes a fault into the object that it strikes: a finalizer that nobody removes, or why a pod does not run.</summary>
    public static JsonObject Mark(Fault? fault, JsonObject json)
    {
        if (fault is { Kind: FaultKind.StuckFinalizer } && !json.Texts("metadata", "finalizers").Contains(Stuck))
        {
            json.Ensure("metadata").EnsureArray("finalizers").Add(Stuck);
        }

        if (fault is { Kind: FaultKind.NeverRuns })
        {
            json.Ensure("metadata", "annotations")[Kubelet.WaitingReason] = fault.Code == Unset ? "CrashLoopBackOff" : fault.Code;
        }

        return json;
    }
}
