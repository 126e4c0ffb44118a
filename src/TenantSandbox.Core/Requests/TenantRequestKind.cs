using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>What a request asks for. Event types spell it <c>tenantsandbox.tenant.{kind}.requested</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantRequestKind>))]
public enum TenantRequestKind
{
    [JsonStringEnumMemberName("onboard")] Onboard,
    [JsonStringEnumMemberName("update")] Update,
    [JsonStringEnumMemberName("suspend")] Suspend,
    [JsonStringEnumMemberName("resume")] Resume,
    [JsonStringEnumMemberName("offboard")] Offboard,
}

/// <summary>How request kinds are spelled, and which of them this version carries out.</summary>
public static class TenantRequestKinds
{
    /// <summary>Every kind's spelling, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> WireNames { get; } = ["onboard", "update", "suspend", "resume", "offboard"];

    /// <summary>The spelling of a kind in requests and event types.</summary>
    public static string ToWireName(this TenantRequestKind kind) => WireNames[(int)kind];

    /// <summary>Whether this version carries the kind out. The others are known by name and refused as not offered yet.</summary>
    public static bool IsSupported(this TenantRequestKind kind) => kind is TenantRequestKind.Onboard or TenantRequestKind.Offboard;

    /// <summary>Reads a kind by its exact spelling.</summary>
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
