using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Input of every operation on a tenant: the tenant's state when it was started.</summary>
public sealed record OperationInput
{
    /// <summary>The tenant.</summary>
    [JsonPropertyName("tenantId")] public required string TenantId { get; init; }

    /// <summary>The incarnation that it works on.</summary>
    [JsonPropertyName("incarnation")] public required int Incarnation { get; init; }

    /// <summary>The tenant's revision.</summary>
    [JsonPropertyName("revision")] public required long Revision { get; init; }

    /// <summary>Its number among all operations of the tenant; reservations carry it.</summary>
    [JsonPropertyName("sequence")] public long Sequence { get; init; }

    /// <summary>What it does.</summary>
    [JsonPropertyName("kind")] public TenantOperationKind Kind { get; init; }

    /// <summary>The wanted spec; null when it isn't known, and where none is needed.</summary>
    [JsonPropertyName("desired")] public SpecRef? Desired { get; init; }

    /// <summary>Its revision.</summary>
    [JsonPropertyName("desiredRevision")] public long DesiredRevision { get; init; }

    /// <summary>The spec that runs; null when none does, or when it isn't known.</summary>
    [JsonPropertyName("applied")] public SpecRef? Applied { get; init; }

    /// <summary>Its revision.</summary>
    [JsonPropertyName("appliedRevision")] public long AppliedRevision { get; init; }

    /// <summary>The expiry that the tenant has once <see cref="Desired"/> runs; null for none.</summary>
    [JsonPropertyName("desiredExpiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public TenantExpiry? DesiredExpiry { get; init; }

    /// <summary>The tenant's expiry; null for none.</summary>
    [JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public TenantExpiry? Expiry { get; init; }

    /// <summary>Where the tenant runs; null when it isn't placed.</summary>
    [JsonPropertyName("placement")] public TenantPlacement? Placement { get; init; }

    /// <summary>Where something may be left of earlier operations.</summary>
    [JsonPropertyName("leftovers")] public IReadOnlyList<TenantLeftover> Leftovers { get; init; } = [];

    /// <summary>The tenant's phase while it runs.</summary>
    [JsonPropertyName("phase")] public TenantPhase Phase { get; init; }

    /// <summary>Whether what should run may not run, so that it must be applied again.</summary>
    [JsonPropertyName("needsRepair")] public bool NeedsRepair { get; init; }

    /// <summary>Who asked for it; null for nobody that is known.</summary>
    [JsonPropertyName("actor")] public string? Actor { get; init; }

    /// <summary>Why; null if no reason was given.</summary>
    [JsonPropertyName("reason")] public string? Reason { get; init; }

    /// <summary>The finalizers that a forced offboarding may remove; null otherwise.</summary>
    [JsonPropertyName("finalizers")] public IReadOnlyList<string>? Finalizers { get; init; }

    /// <summary>A spec that the first version stored in the tenant's state, to be stored under its hash first; null otherwise.</summary>
    [JsonPropertyName("spec"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public TenantSpec? InlineSpec { get; init; }

    /// <summary>When the tenant started the operation.</summary>
    [JsonPropertyName("startedAt")] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The input of an operation that a tenant has just started.</summary>
    public static OperationInput Of(TenantState tenant, TenantOperation operation)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(operation);
        return new()
        {
            TenantId = tenant.TenantId,
            Incarnation = operation.Incarnation,
            Revision = operation.Revision,
            Sequence = operation.Sequence,
            Kind = operation.Kind,
            Desired = tenant.Desired,
            DesiredRevision = tenant.DesiredRevision,
            Applied = tenant.Applied,
            AppliedRevision = tenant.AppliedRevision,
            DesiredExpiry = operation.Kind == TenantOperationKind.Update ? operation.Expiry : tenant.Expiry,
            Expiry = tenant.Expiry,
            Placement = tenant.Placement,
            Leftovers = tenant.Leftovers,
            Phase = tenant.Phase,
            NeedsRepair = tenant is { Phase: TenantPhase.Ready, Applied: not null, Placement: not null }
                && tenant.Conditions.Find(TenantConditions.Ready) is { Status: not ConditionStatus.True },
            Actor = operation.Actor,
            Reason = operation.Reason,
            Finalizers = operation.Finalizers,
            InlineSpec = tenant.InlineSpec,
            StartedAt = operation.StartedAt,
        };
    }
}
