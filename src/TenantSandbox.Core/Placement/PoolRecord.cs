using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>One agent pool in the ledger.</summary>
public sealed record PoolRecord
{
    /// <summary>The pool's name, derived from the generation.</summary>
    [JsonPropertyName("name")] public required string Name { get; init; }

    /// <summary>Its number in the cluster, from 1.</summary>
    [JsonPropertyName("generation")] public required long Generation { get; init; }

    /// <summary>Its phase.</summary>
    [JsonPropertyName("phase")] public required PoolPhase Phase { get; init; }

    /// <summary>The tier of its tenants.</summary>
    [JsonPropertyName("tier")] public required TenantTier Tier { get; init; }

    /// <summary>The only tenant that may use it; null for a pooled one.</summary>
    [JsonPropertyName("dedicatedTo")] public string? DedicatedTo { get; init; }

    /// <summary>Key of its template in <see cref="LedgerState.Templates"/>.</summary>
    [JsonPropertyName("template")] public required string Template { get; init; }

    /// <summary>Reservations, oldest first.</summary>
    [JsonPropertyName("reservations")] public IReadOnlyList<Reservation> Reservations { get; init; } = [];

    /// <summary>Orchestrations to notify when it is deleted.</summary>
    [JsonPropertyName("farewells")] public IReadOnlyList<string> DeletionWaiters { get; init; } = [];

    /// <summary>Earliest start of its creation, to stay within ARM's write budget.</summary>
    [JsonPropertyName("notBefore")] public required DateTimeOffset NotBefore { get; init; }

    /// <summary>How often its deletion was started.</summary>
    [JsonPropertyName("deletions")] public int Deletions { get; init; }

    /// <summary>Why it is stuck; null otherwise.</summary>
    [JsonPropertyName("error")] public TenantError? Error { get; init; }

    /// <summary>Whether tenants can reserve capacity in it.</summary>
    [JsonIgnore] public bool IsOpen => Phase is PoolPhase.Ready or PoolPhase.Creating;

    /// <summary>The footprint of all reservations together.</summary>
    public Footprint TotalFootprint() => Reservations.Aggregate(Footprint.None, (sum, r) => sum.Add(r.Footprint));
}

/// <summary>Phase of an agent pool in the ledger.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolPhase>))]
public enum PoolPhase
{
    /// <summary>Being created. Tenants can reserve capacity in it and wait.</summary>
    [JsonStringEnumMemberName("creating")] Creating,

    /// <summary>In use.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Being created, but its last reservation was released: deleted as soon as the creation ends. Closed for reservations.</summary>
    [JsonStringEnumMemberName("unwanted")] Unwanted,

    /// <summary>Being deleted. Closed for reservations.</summary>
    [JsonStringEnumMemberName("deleting")] Deleting,

    /// <summary>Its deletion failed, so it may still exist and cost money. A release that names it retries the deletion.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,
}

/// <summary>The capacity reserved for one tenant in a pool.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Footprint">The reserved capacity.</param>
/// <param name="Waiter">The orchestration to notify when the pool is ready; null once it was notified.</param>
public sealed record Reservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("footprint")] Footprint Footprint,
    [property: JsonPropertyName("waiter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Waiter = null)
{
    /// <summary>Whether it belongs to this incarnation of this tenant.</summary>
    public bool BelongsTo(string tenantId, int incarnation) => TenantId == tenantId && Incarnation == incarnation;
}
