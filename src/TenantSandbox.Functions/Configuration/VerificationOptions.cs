using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Functions.Configuration;

/// <summary>How the isolation of tenants is verified.</summary>
internal sealed class VerificationOptions
{
    /// <summary>Memory limit of a probe pod, which is the least of a guest.</summary>
    public const int ProbeMemoryMiB = Core.Capacity.KataSizing.MinMemoryMiB;

    /// <summary>CPU limit of a probe pod.</summary>
    public const int ProbeCpuMillis = 50;

    /// <summary>
    /// Verifies a tenant before it counts as ready, and again on a timer. Where it is off nothing is verified and nobody is quarantined.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The image of probe pods, best by digest; null for no probes, which fails every verification unless <see cref="WithoutProbe"/> says otherwise.</summary>
    public string? ProbeImage { get; set; }

    /// <summary>Accepts that nothing is probed: the reports say so.</summary>
    public bool WithoutProbe { get; set; }

    /// <summary>How long probe pods may take to start and end, 10 to 600 s; after that their nodes count as not probed.</summary>
    public int ProbeSeconds { get; set; } = 120;

    /// <summary>How long a target of a probe is waited for, 50 to 10,000 ms. A closed one takes all of it.</summary>
    public int TargetMilliseconds { get; set; } = 1_000;

    /// <summary>How often each tenant is verified, at least.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether probe pods are started.</summary>
    internal bool HasProbe => Enabled && ProbeImage is not null;

    /// <summary>The faults, each with the name of the setting.</summary>
    /// <param name="policies">What the admission policies allow; probes are bound by them too.</param>
    internal IEnumerable<string> Faults(PolicyOptions policies)
    {
        if (ProbeImage is { } image)
        {
            if (string.IsNullOrWhiteSpace(image))
            {
                yield return "Verification__ProbeImage: must be an image, or not set.";
            }
            else if (policies.DigestsOnly && !image.Contains("@sha256:", StringComparison.Ordinal))
            {
                yield return $"Verification__ProbeImage: '{image}' must be named by digest, because of Policies__DigestsOnly.";
            }
            else if (policies.Registries.Count > 0 && !policies.Registries.Any(r => image.StartsWith($"{r}/", StringComparison.Ordinal)))
            {
                yield return $"Verification__ProbeImage: '{image}' is of none of the registries in Policies__Registries.";
            }
        }

        if (ProbeSeconds is < 10 or > 600)
        {
            yield return $"Verification__ProbeSeconds: {ProbeSeconds} must be 10 to 600.";
        }

        if (TargetMilliseconds is < ProbeRequest.MinTimeoutMilliseconds or > ProbeRequest.MaxTimeoutMilliseconds)
        {
            yield return $"Verification__TargetMilliseconds: {TargetMilliseconds} must be {ProbeRequest.MinTimeoutMilliseconds} to {ProbeRequest.MaxTimeoutMilliseconds}.";
        }

        if (Interval < TimeSpan.FromMinutes(1))
        {
            yield return $"Verification__Interval: {Interval} must be at least one minute.";
        }
    }
}
