namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Translates injected faults to the Kubernetes API.</summary>
internal static class InjectedFaultEffects
{
    private const string StuckFinalizer = "twin.tenantsandbox.dev/stuck";
    private const string DefaultCode = "OperationNotAllowed";

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

    /// <summary>The error response of a <see cref="InjectedFaultKind.Refuse"/> fault.</summary>
    public static StatusException ToStatus(InjectedFault fault)
    {
        var reason = fault.Code == DefaultCode ? Reasons.GetValueOrDefault(fault.Status, "InternalError") : fault.Code;
        return new(fault.Status, reason, fault.Message ?? $"the request failed with {reason} (injected)")
        {
            RetryAfter = fault.RetryAfter ?? (fault.Status == 429 ? 1 : null),
        };
    }

    /// <summary>Marks the object that a fault applies to: a finalizer that no controller removes, or the waiting reason of a pod.</summary>
    public static JsonObject ApplyTo(InjectedFault? fault, JsonObject json)
    {
        if (fault is { Kind: InjectedFaultKind.StuckFinalizer } && !json.GetStrings("metadata", "finalizers").Contains(StuckFinalizer))
        {
            json.EnsureObject("metadata").EnsureArray("finalizers").Add(StuckFinalizer);
        }

        if (fault is { Kind: InjectedFaultKind.NeverRuns })
        {
            var reason = fault.Code == DefaultCode ? "CrashLoopBackOff" : fault.Code;
            json.EnsureObject("metadata", "annotations")[Kubelet.WaitingReason] = reason;
            if (fault.Message is { } message)
            {
                json.EnsureObject("metadata", "annotations")[Kubelet.WaitingMessage] = message;
            }
        }

        if (fault is { Kind: InjectedFaultKind.Exits })
        {
            var annotations = json.EnsureObject("metadata", "annotations");
            annotations[ContainerOutcome.ExitCode] = int.TryParse(fault.Code, CultureInfo.InvariantCulture, out var code) ? $"{code}" : "1";
            annotations[ContainerOutcome.RunSeconds] = fault.DelaySeconds.ToString(CultureInfo.InvariantCulture);
        }

        return json;
    }
}
