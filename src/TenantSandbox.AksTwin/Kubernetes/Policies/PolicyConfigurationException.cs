namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>A binding of a policy can't be used as it is configured; the policy's failure policy decides about the request.</summary>
internal sealed class PolicyConfigurationException(string message) : Exception(message);
