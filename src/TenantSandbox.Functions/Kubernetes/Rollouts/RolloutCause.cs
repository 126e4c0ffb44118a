using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>A reason why a workload isn't available.</summary>
/// <param name="Object">Kind and name of the object that shows it.</param>
/// <param name="Code">The reason in Kubernetes' words, such as <c>OOMKilled</c>.</param>
/// <param name="Class">Invalid only if the request or the tenant's program is at fault.</param>
/// <param name="IsFinal">Whether waiting can't help.</param>
/// <param name="Rank">Of several causes the one with the lowest rank explains the others.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="Count">How often.</param>
/// <param name="At">When it happened last; null if unknown.</param>
internal sealed record RolloutCause(
    string Object, string Code, ErrorClass Class, bool IsFinal, CauseRank Rank, string Message, int Count = 1, DateTimeOffset? At = null)
{
    public override string ToString() => Message.Length > 0 ? $"{Code}: {Message}" : Code;
}

/// <summary>The order in which causes explain each other.</summary>
internal enum CauseRank
{
    /// <summary>A node that isn't ready explains everything about its pods.</summary>
    Node,

    /// <summary>Something that waiting can't change.</summary>
    Final,

    /// <summary>The program ran and ended.</summary>
    Program,

    /// <summary>The container couldn't be started.</summary>
    Start,
    Image,
    Sandbox,
    Mount,
    Scheduling,
    Refusal,

    /// <summary>The program runs and isn't ready.</summary>
    Readiness,
}
