using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>One agent pool in the ledger.</summary>
public sealed record PoolRecord
{
    /// <summary>Its name, made of the generation.</summary>
    [JsonPropertyName("name")] public required string Name { get; init; }

    /// <summary>Its number in the cluster, from 1.</summary>
    [JsonPropertyName("generation")] public required long Generation { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonPropertyName("phase")] public required PoolPhase Phase { get; init; }

    /// <summary>Whom it is for.</summary>
    [JsonPropertyName("tier")] public required TenantTier Tier { get; init; }

    /// <summary>The tenant that has it alone; null for a pooled one.</summary>
    [JsonPropertyName("dedicatedTo")] public string? DedicatedTo { get; init; }

    /// <summary>Key of its template in <see cref="LedgerState.Templates"/>.</summary>
    [JsonPropertyName("template")] public required string Template { get; init; }

    /// <summary>Who has room in it, oldest first.</summary>
    [JsonPropertyName("reservations")] public IReadOnlyList<Reservation> Reservations { get; init; } = [];

    /// <summary>Orchestrations to tell when it is gone.</summary>
    [JsonPropertyName("farewells")] public IReadOnlyList<string> DeletionWaiters { get; init; } = [];

    /// <summary>Before this its creation isn't started, to stay within ARM's write budget.</summary>
    [JsonPropertyName("notBefore")] public required DateTimeOffset NotBefore { get; init; }

    /// <summary>How often its deletion was started.</summary>
    [JsonPropertyName("deletions")] public int Deletions { get; init; }

    /// <summary>Why it is stuck; null otherwise.</summary>
    [JsonPropertyName("error")] public TenantError? Error { get; init; }

    /// <summary>Whether tenants can reserve room in it.</summary>
    [JsonIgnore] public bool IsOpen => Phase is PoolPhase.Ready or PoolPhase.Creating;

    /// <summary>What all reservations together take.</summary>
    public Footprint Load() => Reservations.Aggregate(Footprint.None, (sum, r) => sum.Add(r.Footprint));
}

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

/// <summary>One tenant's room in a pool.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life.</param>
/// <param name="Footprint">What it takes.</param>
/// <param name="Waiter">The orchestration to tell when the pool is there; null once it was told.</param>
public sealed record Reservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("footprint")] Footprint Footprint,
    [property: JsonPropertyName("waiter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Waiter = null)
{
    /// <summary>Whether it is this tenant's, in this life.</summary>
    public bool BelongsTo(string tenantId, int incarnation) => TenantId == tenantId && Incarnation == incarnation;
}
