namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The taint that keeps ordinary pods, which would share the node's kernel, off sandboxed pools. AKS sets none itself.</summary>
internal static class SandboxTaint
{
    public const string Key = "sandbox";
    public const string Value = "kata";
    public const string Effect = "NoSchedule";

    /// <summary>As agent pools spell it.</summary>
    public const string Text = $"{Key}={Value}:{Effect}";
}
