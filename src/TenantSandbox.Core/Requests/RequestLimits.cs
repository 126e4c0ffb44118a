namespace TenantSandbox.Core.Requests;

/// <summary>Limits of a request. docs/tenant-request.schema.json has the same limits and is tested against these.</summary>
public static class RequestLimits
{
    /// <summary>256 KiB: a request over HTTP, or the data of an event that the webhook gets. Specs are stored outside history.</summary>
    public const int MaxRequestBytes = 256 * 1024;

    /// <summary>48 KiB: a storage queue message, with the CloudEvent envelope. Base64 makes 64 KiB of it, the most that a queue takes.</summary>
    public const int MaxQueueMessageBytes = 48 * 1024;

    /// <summary>Nesting depth of the JSON; the deepest valid request, with a pod template's preferred affinity, has 13 levels.</summary>
    public const int MaxDepth = 20;

    /// <summary>Number of validation faults reported for one request.</summary>
    public const int MaxFaults = 100;

    /// <summary>The largest integer that every JSON parser represents exactly: 2^53 - 1.</summary>
    public const long MaxRevision = 9_007_199_254_740_991;

    public const int MaxWorkloads = 20;
    public const int MaxReplicas = 50;

    /// <summary>A kata guest with less memory doesn't boot (AKS documentation of Pod Sandboxing, memory limits).</summary>
    public const int MinMemoryMiB = 128;

    /// <summary>512 GiB.</summary>
    public const int MaxMemoryMiB = 512 * 1024;

    public const int MinCpuMillis = 10;
    public const int MaxCpuMillis = 64_000;
    public const int MaxPorts = 20;
    public const int MaxEnv = 50;
    public const int MaxEnvNameLength = 128;
    public const int MaxEnvValueLength = 4096;
    public const int MaxCommand = 20;
    public const int MaxArgs = 50;
    public const int MaxArgLength = 1024;
    public const int MaxImageLength = 512;
    public const int MaxHttpPathLength = 1024;
    public const int MaxInitialDelaySeconds = 600;
    public const int MaxPeriodSeconds = 300;
    public const int MaxEgressRules = 50;
    public const int MaxServices = 5;
    public const int MaxServiceNameLength = 63;
    public const int MaxIngressSources = 50;

    /// <summary>Host names of one workload.</summary>
    public const int MaxHosts = 10;

    /// <summary>Path prefixes of one workload.</summary>
    public const int MaxPaths = 10;

    public const int MaxIdLength = 128;
    public const int MaxSecretRefs = 20;
    public const int MaxPullSecrets = 5;

    /// <summary>Keys of one Secret: values have up to 25 KB each (Key Vault's limit), a Secret up to 1 MiB.</summary>
    public const int MaxSecretItemsOfRef = 20;

    /// <summary>Keys of all Secrets of a tenant, which bounds the calls to Key Vault.</summary>
    public const int MaxSecretItems = 100;

    /// <summary>An event's <c>source</c> and <c>id</c>, each; both enter histories.</summary>
    public const int MaxEventAttributeLength = 1024;

    public static readonly TimeSpan MinTimeToLive = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(3650);
}
