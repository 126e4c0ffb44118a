using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Where an agent pool stands in the ledger.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolPhase>))]
public enum PoolPhase
{
    /// <summary>Being made; tenants can reserve room in it and wait.</summary>
    [JsonStringEnumMemberName("creating")] Creating,

    /// <summary>In use.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Being made, but nobody wants it any more: it is deleted as soon as it is there. Nobody can reserve.</summary>
    [JsonStringEnumMemberName("unwanted")] Unwanted,

    /// <summary>Being deleted. Nobody can reserve.</summary>
    [JsonStringEnumMemberName("deleting")] Deleting,

    /// <summary>Deleting it failed; it may still be there and cost money. A release that names it tries again.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,
}
