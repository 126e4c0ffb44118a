using System.Net;
using System.Text.RegularExpressions;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Functions.Configuration;

/// <summary>What must be true of the network settings.</summary>
internal static partial class NetworkOptionsRules
{
    /// <summary>The faults, each with the name of the setting.</summary>
    public static IEnumerable<string> Faults(TenantSandboxOptions options)
    {
        var network = options.Network;
        IEnumerable<string> faults =
        [
            .. Blocks("DeniedCidrs", network.DeniedCidrs), .. PrivateBlocks(network.AllowedPrivateCidrs), .. Blocks("IngressCidrs", network.IngressCidrs), .. HostNames(network.HostNames),
            .. network.Sources.SelectMany(Source), .. Gateway("Network__Gateway", network.Gateway, network),
        ];
        return faults.Concat(options.Clusters.SelectMany((c, i) => c.Gateway is { } gateway ? Gateway($"Clusters__{i}__Gateway", gateway, network) : []));
    }

    private static IEnumerable<string> Blocks(string setting, IList<string> blocks)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            if (!IPNetwork.TryParse(blocks[i], out _) || TryParse(blocks[i]) is null)
            {
                yield return $"Network__{setting}__{i}: '{blocks[i]}' is not a block such as 10.0.0.0/8.";
            }
        }
    }

    private static IEnumerable<string> PrivateBlocks(IList<string> blocks)
    {
        string[] faults = [.. Blocks("AllowedPrivateCidrs", blocks)];
        return faults.Length > 0 ? faults : blocks
            .Select((block, i) => (block, i))
            .Where(b => !ClosedAddresses.PrivateSet.Covers(AddressSet.Parse(b.block)))
            .Select(b => $"Network__AllowedPrivateCidrs__{b.i}: '{b.block}' isn't within {string.Join(", ", ClosedAddresses.Private.Select(r => r.Block))}. "
                + "Public addresses need no permission, and others can't be allowed.");
    }

    private static AddressSet? TryParse(string block)
    {
        try
        {
            return AddressSet.Parse(block);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static IEnumerable<string> HostNames(IList<string> patterns)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (!HostPattern.IsValid(patterns[i]))
            {
                yield return $"Network__HostNames__{i}: '{patterns[i]}' is not a pattern such as *.apps.example.com or {{tenant}}.example.com.";
            }
        }
    }

    private static IEnumerable<string> Source(KeyValuePair<string, IngressSourceOptions> source)
    {
        var (name, options) = source;
        if (!Label().IsMatch(name))
        {
            yield return $"Network__Sources__{name}: the name must be 1 to 63 lower-case letters, digits or hyphens: requests use it.";
        }

        if (!Label().IsMatch(options.Namespace))
        {
            yield return $"Network__Sources__{name}__Namespace: '{options.Namespace}' is not the name of a namespace.";
        }
        else if (options.Namespace.StartsWith(TenantSandboxOptions.NamespacePrefix, StringComparison.Ordinal))
        {
            yield return $"Network__Sources__{name}__Namespace: '{options.Namespace}' could be a tenant's, from which no other may be reached.";
        }
    }

    private static IEnumerable<string> Gateway(string setting, GatewayOptions gateway, NetworkOptions network)
    {
        if (string.IsNullOrEmpty(gateway.Name) != string.IsNullOrEmpty(gateway.Namespace))
        {
            yield return $"{setting}: give both Name and Namespace of the Gateway, or neither.";
        }

        if (gateway.Source is { } source && !network.Sources.ContainsKey(source))
        {
            yield return $"{setting}__Source: '{source}' is none of Network__Sources.";
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();
}
