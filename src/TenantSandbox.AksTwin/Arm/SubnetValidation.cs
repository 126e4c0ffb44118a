using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Checks a pool's subnets: all pools of a cluster must be in one virtual network.</summary>
internal static class SubnetValidation
{
    private const string SubnetPattern =
        "^(?<network>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Network/virtualNetworks/[^/]+)/subnets/[^/]+$";

    /// <param name="properties">The complete properties of the pool after the PUT.</param>
    /// <param name="others">The cluster's other pools.</param>
    /// <exception cref="ArmException">400: no subnet, or one of another virtual network.</exception>
    public static void Validate(JsonObject properties, IEnumerable<AgentPool> others)
    {
        var network = NetworkOf(properties, "vnetSubnetID");
        if (NetworkOf(properties, "podSubnetID") is { } pods && !ArmApi.EqualsIgnoreCase(pods, network))
        {
            throw ArmException.InvalidPoolProperty("podSubnetID", "is invalid: it must be in the virtual network of vnetSubnetID");
        }

        foreach (var other in others)
        {
            var existing = NetworkOf(other.Properties, "vnetSubnetID");
            if ((existing is null) != (network is null))
            {
                throw ArmException.InvalidPoolProperty("vnetSubnetID", "is invalid: all or none of the agent pools must have a subnet");
            }

            if (!ArmApi.EqualsIgnoreCase(existing, network))
            {
                throw ArmException.InvalidPoolProperty("vnetSubnetID", $"is invalid: all agent pools must be in one virtual network, and {other.Name} is in {existing}");
            }
        }
    }

    private static string? NetworkOf(JsonObject properties, string name) => properties.GetString(name) is not { } id ? null
        : Regex.Match(id, SubnetPattern, RegexOptions.IgnoreCase) is { Success: true } match ? match.Groups["network"].Value
        : throw ArmException.InvalidPoolProperty(name, $"is invalid: '{id}' is no subnet");
}
