namespace TenantSandbox.Functions.Configuration;

/// <summary>The labels and the taint of sandboxed nodes: agent pools set them, pods and RuntimeClasses match them.</summary>
internal static class SandboxNodes
{
    /// <summary>Label with the agent pool's name, which AKS sets on every node of a pool.</summary>
    public const string AgentPoolLabel = "agentpool";

    /// <summary>Label with the agent pool's name, which this system sets.</summary>
    public const string PoolLabel = "tenantsandbox/pool";

    /// <summary>Label with <c>pooled</c> or <c>dedicated</c>.</summary>
    public const string TierLabel = "tenantsandbox/tier";

    /// <summary>Keeps ordinary pods, which would share the node's kernel, off sandboxed nodes. AKS sets no taint itself.</summary>
    public const string TaintKey = "sandbox";

    public const string TaintValue = "kata";
    public const string TaintEffect = "NoSchedule";

    /// <summary>The taint in the notation of agent pools.</summary>
    public const string TaintText = $"{TaintKey}={TaintValue}:{TaintEffect}";
}
