using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>Kind of a request. Its event type is <c>tenantsandbox.tenant.{kind}.requested</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantRequestKind>))]
public enum TenantRequestKind
{
    [JsonStringEnumMemberName("onboard")] Onboard,
    [JsonStringEnumMemberName("update")] Update,
    [JsonStringEnumMemberName("suspend")] Suspend,
    [JsonStringEnumMemberName("resume")] Resume,
    [JsonStringEnumMemberName("offboard")] Offboard,
    [JsonStringEnumMemberName("renew")] Renew,
}

/// <summary>The wire names of request kinds.</summary>
public static class TenantRequestKinds
{
    /// <summary>The wire name of every kind, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> WireNames { get; } = ["onboard", "update", "suspend", "resume", "offboard", "renew"];

    /// <summary>The name of a kind in requests and event types.</summary>
    public static string ToWireName(this TenantRequestKind kind) => WireNames[(int)kind];

    /// <summary>Whether requests of this kind have a whole spec and must have a revision.</summary>
    public static bool HasSpec(this TenantRequestKind kind) => kind is TenantRequestKind.Onboard or TenantRequestKind.Update;

    /// <summary>Parses a kind by its exact wire name.</summary>
    public static bool TryParse(string? name, out TenantRequestKind kind)
    {
        for (var i = 0; i < WireNames.Count; i++)
        {
            if (string.Equals(WireNames[i], name, StringComparison.Ordinal))
            {
                kind = (TenantRequestKind)i;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
