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

    /// <summary>Earliest start of its creation or deletion, to stay within ARM's write budget.</summary>
    [JsonPropertyName("notBefore")] public required DateTimeOffset NotBefore { get; init; }

    /// <summary>How often its deletion was started.</summary>
    [JsonPropertyName("deletions")] public int Deletions { get; init; }

    /// <summary>How often its creation was started again because its orchestration had died.</summary>
    [JsonPropertyName("restarts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Restarts { get; init; }

    /// <summary>Its ARM resource id; null until its creation was reported.</summary>
    [JsonPropertyName("resourceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ResourceId { get; init; }

    /// <summary>When its phase last changed; null for a pool that an older version stored.</summary>
    [JsonPropertyName("since"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? Since { get; init; }

    /// <summary>Why it is stuck or unusable; null otherwise.</summary>
    [JsonPropertyName("error")] public TenantError? Error { get; init; }

    /// <summary>Whether tenants can reserve capacity in it.</summary>
    [JsonIgnore] public bool IsOpen => Phase is PoolPhase.Ready or PoolPhase.Creating;

    /// <summary>Instance id of the orchestration that creates or deletes it; null when none does. Never reused.</summary>
    public string? OperationId(string clusterId) => Phase switch
    {
        PoolPhase.Creating or PoolPhase.Unwanted => $"pool.{clusterId}.{Name}.create{(Restarts > 0 ? $".{Restarts}" : "")}",
        PoolPhase.Deleting => $"pool.{clusterId}.{Name}.delete.{Deletions}",
        _ => null,
    };

    /// <summary>Number of tenants with a reservation in it.</summary>
    [JsonIgnore] public int Tenants => Reservations.DistinctBy(r => r.TenantId).Count();

    /// <summary>
    /// What all reservations together need: the sum over the tenants. Of several reservations of one tenant the larger counts,
    /// because an update replaces pods in place.
    /// </summary>
    public Footprint TotalFootprint() => Reservations
        .GroupBy(r => (r.TenantId, r.Incarnation))
        .Aggregate(Footprint.None, (sum, tenant) => sum.Add(tenant.Aggregate(Footprint.None, (most, r) => most.Max(r.Footprint))));
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

    /// <summary>Its deletion failed, so it may still exist and cost money. A release that names it retries the deletion, and so does reconcile.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,

    /// <summary>ARM shows it failed, being deleted or with other tags. Closed for reservations; tenants in it keep theirs until they are moved.</summary>
    [JsonStringEnumMemberName("unusable")] Unusable,
}
