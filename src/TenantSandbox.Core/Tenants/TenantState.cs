using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The persisted state of a tenant. <c>GET /api/tenants/{id}</c> shows it.</summary>
/// <remarks>
/// Bounded: a command that makes a waiting one obsolete supersedes it, so that no request is ever rejected because the queue is full;
/// commands, operations and the audit trail keep their newest entries. A tombstone keeps only what recognizes late requests.
/// </remarks>
public sealed record TenantState
{
    /// <summary>Number of accepted commands remembered by their ids.</summary>
    public const int MaxCommands = 16;

    /// <summary>Number of commands that can wait at once: offboard, onboard, update, suspend or resume, reconcile, compensate, verify.</summary>
    public const int MaxWaiting = 7;

    /// <summary>Number of operations that ended and are remembered.</summary>
    public const int MaxOperations = 16;

    /// <summary>Number of entries of the audit trail.</summary>
    public const int MaxAudit = 32;

    /// <summary>The tenant.</summary>
    [JsonPropertyName("tenantId")] public required string TenantId { get; init; }

    /// <summary>Its phase.</summary>
    [JsonPropertyName("phase")] public required TenantPhase Phase { get; init; }

    /// <summary>The number of this incarnation, from 1; 0 for a tombstone of a tenant that never existed.</summary>
    [JsonPropertyName("incarnation")] public required int Incarnation { get; init; }

    /// <summary>The highest revision accepted, over all incarnations. It never decreases.</summary>
    [JsonPropertyName("revision")] public required long Revision { get; init; }

    /// <summary>The kind of the command with that revision.</summary>
    [JsonPropertyName("kind")] public required TenantVerb Kind { get; init; }

    /// <summary>The content hash of that command.</summary>
    [JsonPropertyName("contentHash")] public required string ContentHash { get; init; }

    /// <summary>The revision whose operation ended last, successfully or not; 0 when none has ended.</summary>
    [JsonPropertyName("settledRevision")] public long SettledRevision { get; init; }

    /// <summary>The number of the newest operation, running or waiting, over all incarnations. It never decreases.</summary>
    [JsonPropertyName("sequence")] public long Sequence { get; init; }

    /// <summary>The wanted spec; null once it is offboarded, and while it is unknown.</summary>
    [JsonPropertyName("desired")] public SpecRef? Desired { get; init; }

    /// <summary>The revision of <see cref="Desired"/>.</summary>
    [JsonPropertyName("desiredRevision")] public long DesiredRevision { get; init; }

    /// <summary>The spec that runs, or that ran before the suspension; null when none ever became ready, and while it is unknown.</summary>
    [JsonPropertyName("applied")] public SpecRef? Applied { get; init; }

    /// <summary>The revision of <see cref="Applied"/>; 0 when none ever became ready.</summary>
    [JsonPropertyName("appliedRevision")] public long AppliedRevision { get; init; }

    /// <summary>When it expires, and what happens then; null for never.</summary>
    [JsonPropertyName("expiry")] public TenantExpiry? Expiry { get; init; }

    /// <summary>When the tenant looks at its expiry next; null when it need not.</summary>
    [JsonPropertyName("expiryCheckAt")] public DateTimeOffset? ExpiryCheckAt { get; init; }

    /// <summary>The expiry that the event <c>expiring</c> was published for; null for none.</summary>
    [JsonPropertyName("expiryNoticeFor")] public DateTimeOffset? ExpiryNoticeFor { get; init; }

    /// <summary>Where it runs; null before it is placed and after it is offboarded.</summary>
    [JsonPropertyName("placement")] public TenantPlacement? Placement { get; init; }

    /// <summary>Placements where something may be left, of all incarnations, oldest first. An offboarding and a compensation delete them.</summary>
    [JsonPropertyName("leftovers")] public IReadOnlyList<TenantLeftover> Leftovers { get; init; } = [];

    /// <summary>What was observed about it.</summary>
    [JsonPropertyName("conditions")] public IReadOnlyList<TenantCondition> Conditions { get; init; } = [];

    /// <summary>When its isolation was verified last, whatever came of it; null for never.</summary>
    [JsonPropertyName("verifiedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The node image of its agent pool at that time; null if it wasn't seen.</summary>
    [JsonPropertyName("verifiedNodeImage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? VerifiedNodeImage { get; init; }

    /// <summary>The running operation; null when idle.</summary>
    [JsonPropertyName("operation")] public TenantOperation? Operation { get; init; }

    /// <summary>The operation that ended last.</summary>
    [JsonPropertyName("lastOperation")] public TenantOperation? LastOperation { get; init; }

    /// <summary>Why the last operation failed; null when it succeeded.</summary>
    [JsonPropertyName("lastError")] public TenantError? LastError { get; init; }

    /// <summary>Commands that wait for the running operation to end, in order.</summary>
    [JsonPropertyName("waiting")] public IReadOnlyList<WaitingCommand> WaitingCommands { get; init; } = [];

    /// <summary>Accepted commands, oldest first.</summary>
    [JsonPropertyName("commands")] public IReadOnlyList<CommandRecord> Commands { get; init; } = [];

    /// <summary>Operations that ended, oldest first.</summary>
    [JsonPropertyName("operations")] public IReadOnlyList<TenantOperation> Operations { get; init; } = [];

    /// <summary>Who asked for what, oldest first.</summary>
    [JsonPropertyName("audit")] public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    /// <summary>What the last teardown found absent; null in an incarnation that has had none.</summary>
    [JsonPropertyName("receipt")] public TeardownReceipt? Receipt { get; init; }

    /// <summary>When this incarnation was accepted.</summary>
    [JsonPropertyName("createdAt")] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this state last changed.</summary>
    [JsonPropertyName("updatedAt")] public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// The spec in states that the first version stored, until an operation has stored it under its hash and calls
    /// <c>AdoptSpec</c>. Always null in new ones.
    /// </summary>
    [JsonPropertyName("spec"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public TenantSpec? InlineSpec { get; init; }

    /// <summary>Whether an offboarding runs, or failed and left something.</summary>
    internal bool IsBeingOffboarded => Operation is { Kind: TenantOperationKind.Offboard }
        || (this is { Operation: null, Phase: TenantPhase.TeardownFailed }
            && Operations.LastOrDefault(o => o.Kind is not (TenantOperationKind.Compensate or TenantOperationKind.Reconcile)) is { Kind: TenantOperationKind.Offboard });

    /// <summary>This state in today's form, whichever version stored it.</summary>
    public TenantState ToCurrentForm() => TenantStates.Upgrade(this);
}
