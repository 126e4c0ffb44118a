namespace TenantSandbox.Functions.Configuration;

/// <summary>How tenants' workloads are put up.</summary>
internal sealed class WorkloadOptions
{
    /// <summary>The version of the Pod Security Standards that namespaces are held to.</summary>
    public string PodSecurityVersion { get; set; } = "v1.32";

    /// <summary>Mounts the root file system read-only; /tmp stays writable.</summary>
    public bool ReadOnlyRootFilesystem { get; set; } = true;

    /// <summary>The user that containers run as; null for the image's own, which must be a number other than 0.</summary>
    public long? RunAsUser { get; set; }

    /// <summary>Size of the writable /tmp.</summary>
    public int TmpSizeMiB { get; set; } = 256;

    /// <summary>
    /// Pods that an update may add to a workload before it takes one away. 0 stays within what placement reserved, at the
    /// price of one replica less while an update runs.
    /// </summary>
    public int MaxSurge { get; set; }

    /// <summary>Binds pods to their tenant's agent pool. Off only where nodes don't carry the pools' labels.</summary>
    public bool BindToPool { get; set; } = true;
}
