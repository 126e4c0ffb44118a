using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Validates all settings at start and reports all faults at once, with the names of the app settings.</summary>
internal sealed partial class TenantSandboxOptionsValidator : IValidateOptions<TenantSandboxOptions>
{
    public ValidateOptionsResult Validate(string? name, TenantSandboxOptions options)
    {
        List<string> faults =
        [
            .. General(options), .. Authentication(options), .. Topic(options.EventTopic), .. Timing(options.Timing), .. Workloads(options.Workloads),
            .. NetworkOptionsRules.Faults(options),
            .. options.Clusters.SelectMany(ClusterOptionsRules.Faults), .. options.Storage.Faults(), .. options.Verification.Faults(options.Policies), .. options.Policies.Faults(),
            .. Duplicates(options.Clusters), .. SameResources(options.Clusters),
        ];
        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults.Select(f => $"{TenantSandboxOptions.Section}__{f}"));
    }

    private static IEnumerable<string> General(TenantSandboxOptions options)
    {
        if (!OwnerName().IsMatch(options.Owner))
        {
            yield return $"Owner: '{options.Owner}' must be 1 to 40 lower-case letters, digits or hyphens: it becomes a tag and a label.";
        }

        if (options.Installation is { } installation && !OwnerName().IsMatch(installation))
        {
            yield return $"Installation: '{installation}' must be 1 to 40 lower-case letters, digits or hyphens: it becomes a tag.";
        }

        if (options.Clusters.Count == 0)
        {
            yield return "Clusters: none is configured. Set Clusters__0__Id, __SubscriptionId, __ResourceGroup, __Name and __Region.";
        }
    }

    private static IEnumerable<string> Authentication(TenantSandboxOptions options)
    {
        if (options.Arm.Endpoint is not { IsAbsoluteUri: true, Scheme: "https" })
        {
            yield return $"Arm__Endpoint: '{options.Arm.Endpoint}' must be an absolute https address.";
            yield break;
        }

        if (options.Arm.CaFile is { } file && !File.Exists(file))
        {
            yield return $"Arm__CaFile: file {file} does not exist.";
        }

        if (options.Authentication.Mode == AuthenticationMode.Static)
        {
            if (!options.Arm.Endpoint.IsLoopback)
            {
                yield return $"Authentication__Mode: Static is only for a twin on this machine, not for {options.Arm.Endpoint.Host}. Use Azure.";
            }

            if (string.IsNullOrEmpty(options.Authentication.StaticToken))
            {
                yield return "Authentication__StaticToken: must be set when Authentication__Mode is Static.";
            }
        }
    }

    private static IEnumerable<string> Topic(EventTopicOptions topic)
    {
        if (topic.Endpoint is { } endpoint && !(endpoint.IsAbsoluteUri && (endpoint.Scheme == "https" || (endpoint.Scheme == "http" && endpoint.IsLoopback))))
        {
            yield return $"EventTopic__Endpoint: '{endpoint}' must be an absolute https address.";
        }

        if (string.IsNullOrWhiteSpace(topic.Source))
        {
            yield return "EventTopic__Source: must not be empty: source and id identify an event.";
        }
    }

    private static IEnumerable<string> Timing(TimingOptions timing)
    {
        (string Name, double Value)[] positive =
        [
            (nameof(timing.PollMinSeconds), timing.PollMinSeconds), (nameof(timing.PoolCreateSeconds), timing.PoolCreateSeconds),
            (nameof(timing.PoolDeleteSeconds), timing.PoolDeleteSeconds), (nameof(timing.RolloutSeconds), timing.RolloutSeconds),
            (nameof(timing.NamespaceDeleteSeconds), timing.NamespaceDeleteSeconds), (nameof(timing.WriteBurst), timing.WriteBurst),
            (nameof(timing.WriteRefillSeconds), timing.WriteRefillSeconds),
        ];
        foreach (var (name, value) in positive.Where(p => p.Value <= 0))
        {
            yield return $"Timing__{name}: {value} must be more than 0.";
        }

        if (timing.PollMaxSeconds < timing.PollMinSeconds)
        {
            yield return $"Timing__PollMaxSeconds: {timing.PollMaxSeconds} must not be less than PollMinSeconds, {timing.PollMinSeconds}.";
        }

        if (timing.WatchSeconds is < 1 or > 240)
        {
            yield return $"Timing__WatchSeconds: {timing.WatchSeconds} must be 1 to 240, well below the host's function timeout.";
        }
    }

    private static IEnumerable<string> Workloads(WorkloadOptions workloads)
    {
        if (!PodSecurityVersion().IsMatch(workloads.PodSecurityVersion))
        {
            yield return $"Workloads__PodSecurityVersion: '{workloads.PodSecurityVersion}' must be latest or a version such as v1.32.";
        }

        if (workloads.MaxSurge is < 0 or > 50)
        {
            yield return $"Workloads__MaxSurge: {workloads.MaxSurge} must be 0 to 50.";
        }

        if (workloads.RunAsUser <= 0)
        {
            yield return $"Workloads__RunAsUser: {workloads.RunAsUser} must be a user id above 0: containers must not run as root.";
        }

        if (workloads.MinId < 1 || workloads.MaxId < workloads.MinId || workloads.MaxId > int.MaxValue)
        {
            yield return $"Workloads__MinId, Workloads__MaxId: {workloads.MinId} to {workloads.MaxId} must be a range within 1 to {int.MaxValue}.";
        }

        if (workloads.TmpSizeMiB <= 0)
        {
            yield return $"Workloads__TmpSizeMiB: {workloads.TmpSizeMiB} must be more than 0.";
        }
    }

    private static IEnumerable<string> Duplicates(IEnumerable<ClusterOptions> clusters) => clusters
        .GroupBy(c => c.Id, StringComparer.Ordinal)
        .Where(g => g.Count() > 1)
        .Select(g => $"Clusters: the id '{g.Key}' is used {g.Count()} times.");

    // Two ledgers for one cluster would each take the other's pools for unknown ones.
    private static IEnumerable<string> SameResources(IEnumerable<ClusterOptions> clusters) => clusters
        .Where(c => c.SubscriptionId.Length > 0 && c.ResourceGroup.Length > 0 && c.Name.Length > 0)
        .GroupBy(c => $"{c.SubscriptionId}/{c.ResourceGroup}/{c.Name}", StringComparer.OrdinalIgnoreCase)
        .Where(g => g.Select(c => c.Id).Distinct(StringComparer.Ordinal).Skip(1).Any())
        .Select(g => $"Clusters: '{string.Join("', '", g.Select(c => c.Id))}' are the same managed cluster, {g.First().Name} in {g.First().ResourceGroup}. "
            + "Configure it once.");

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$")]
    private static partial Regex OwnerName();

    [GeneratedRegex(@"^(latest|v1\.[0-9]{1,3})$")]
    private static partial Regex PodSecurityVersion();
}
