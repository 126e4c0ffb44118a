using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Settings of the tenants' workloads.</summary>
internal sealed class WorkloadOptions
{
    /// <summary>The version of the Pod Security Standards that namespaces enforce.</summary>
    public string PodSecurityVersion { get; set; } = "v1.32";

    /// <summary>Mounts the root file system read-only; /tmp stays writable.</summary>
    public bool ReadOnlyRootFilesystem { get; set; } = true;

    /// <summary>Lets a pod template choose a writable root file system for a container.</summary>
    public bool AllowWritableRoot { get; set; }

    /// <summary>The least user id and group id that a pod template may state.</summary>
    public long MinId { get; set; } = InstallationRules.Default.MinId;

    /// <summary>The greatest user id and group id that a pod template may state.</summary>
    public long MaxId { get; set; } = InstallationRules.Default.MaxId;

    /// <summary>The user that containers run as; null for the image's own, which must be a number other than 0.</summary>
    public long? RunAsUser { get; set; }

    /// <summary>Size of the writable /tmp.</summary>
    public int TmpSizeMiB { get; set; } = 256;

    /// <summary>
    /// Extra pods of a workload during an update. 0 stays within the reserved capacity and has one replica less during
    /// the update.
    /// </summary>
    public int MaxSurge { get; set; }

    /// <summary>Binds pods to their tenant's agent pool. Turn it off only where nodes don't have the pools' labels.</summary>
    public bool BindToPool { get; set; } = true;

    /// <summary>Whether any container may have a writable root file system.</summary>
    internal bool MayRootBeWritable => AllowWritableRoot || !ReadOnlyRootFilesystem;

    /// <summary>What these settings allow in requests.</summary>
    internal InstallationRules ToRules() => new(MayRootBeWritable, MinId, MaxId);
}
