using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The persisted state of a tenant. <c>GET /api/tenants/{id}</c> shows it.</summary>
/// <remarks>
/// At most two commands wait: an offboarding, and the onboarding after it. A command that makes a waiting one obsolete supersedes
/// it, so no request is ever rejected because the queue is full. The last 16 accepted commands are remembered.
/// </remarks>
public sealed record TenantState
{
    /// <summary>Number of accepted commands remembered by their ids.</summary>
    public const int MaxCommands = 16;

    /// <summary>Number of commands that can wait at once.</summary>
    public const int MaxWaiting = 2;

    /// <summary>The tenant.</summary>
    [JsonPropertyName("tenantId")] public required string TenantId { get; init; }

    /// <summary>Its phase.</summary>
    [JsonPropertyName("phase")] public required TenantPhase Phase { get; init; }

    /// <summary>The number of this incarnation, from 1; 0 for a tombstone of a tenant that never existed.</summary>
    [JsonPropertyName("incarnation")] public required int Incarnation { get; init; }

    /// <summary>The highest revision accepted, over all incarnations. It never decreases.</summary>
    [JsonPropertyName("revision")] public required long Revision { get; init; }

    /// <summary>The kind of the command with that revision.</summary>
    [JsonPropertyName("kind")] public required TenantRequestKind Kind { get; init; }

    /// <summary>The content hash of that command.</summary>
    [JsonPropertyName("contentHash")] public required string ContentHash { get; init; }

    /// <summary>The revision whose operation ended last, successfully or not; 0 when none has ended.</summary>
    [JsonPropertyName("settledRevision")] public long SettledRevision { get; init; }

    /// <summary>The desired state of this incarnation; null once it is offboarded.</summary>
    [JsonPropertyName("spec")] public TenantSpec? Spec { get; init; }

    /// <summary>Where it runs; null before it is placed and after it is offboarded.</summary>
    [JsonPropertyName("placement")] public TenantPlacement? Placement { get; init; }

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

    /// <summary>What the last teardown found absent; null in an incarnation that has had none.</summary>
    [JsonPropertyName("receipt")] public TeardownReceipt? Receipt { get; init; }

    /// <summary>When this incarnation was accepted.</summary>
    [JsonPropertyName("createdAt")] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this state last changed.</summary>
    [JsonPropertyName("updatedAt")] public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Where a tenant runs.</summary>
/// <param name="ClusterId">The cluster's configured id.</param>
/// <param name="Region">Its Azure region.</param>
/// <param name="PoolName">The agent pool; null when no reservation is held.</param>
/// <param name="Timing">The time-outs of its operations, as configured when the tenant was placed.</param>
public sealed record TenantPlacement(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing);

/// <summary>Why something failed. Contains no secrets.</summary>
/// <param name="ErrorClass">How to handle it; null when it could not be classified.</param>
/// <param name="Code">The service's error code, or one of this system's.</param>
/// <param name="Message">What is wrong, where, and what to do; at most 1,000 characters.</param>
public sealed record TenantError(
    [property: JsonPropertyName("class")] ErrorClass? ErrorClass,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message)
{
    /// <summary>Longest message stored. Errors are written to history and state repeatedly.</summary>
    public const int MaxMessageLength = 1_000;

    /// <summary>Creates an error with the message truncated to <see cref="MaxMessageLength"/>.</summary>
    public static TenantError Create(ErrorClass? errorClass, string code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(errorClass, code, message.Length <= MaxMessageLength ? message : $"{message[..(MaxMessageLength - 1)]}…");
    }
}
