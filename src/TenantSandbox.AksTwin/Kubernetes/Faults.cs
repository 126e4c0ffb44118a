namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Scripted faults in the Kubernetes API's terms.</summary>
internal static class Faults
{
    /// <summary>The finalizer that nobody removes.</summary>
    public const string Finalizer = "twin.tenantsandbox.dev/stuck";

    private const string Unset = "OperationNotAllowed";

    public static StatusException Refusal(Fault fault)
    {
        var (reason, message) = fault.Status switch
        {
            400 => ("BadRequest", "the request is malformed"),
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "access is forbidden"),
            404 => ("NotFound", "the server could not find the requested resource"),
            409 => ("Conflict", "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again"),
            410 => ("Expired", "The provided continue parameter or resource version is too old"),
            429 => ("TooManyRequests", "too many requests, please try again later"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "the server was unable to return a response in the time allotted"),
            _ => ("InternalError", "an error on the server has prevented the request from succeeding"),
        };
        return new(fault.Status, fault.Code == Unset ? reason : fault.Code, fault.Message ?? message) { RetryAfter = fault.RetryAfter ?? (fault.Status == 429 ? 1 : null) };
    }

    /// <summary>What a container that never runs is said to wait for.</summary>
    public static string Reason(Fault fault) => fault.Code == Unset ? "CrashLoopBackOff" : fault.Code;
}
