using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request of a sender or a command of an operator or timer, in the one form that the rules are applied to.</summary>
internal sealed record TenantAsk(string CommandId, string TenantId, TenantVerb Verb, string Actor, string Source, DateTimeOffset At)
{
    /// <summary>The sender's revision; null when there is none, as always for operators and timers.</summary>
    public long? Revision { get; init; }

    public SpecRef? Spec { get; init; }

    public TenantSpec? InlineSpec { get; init; }

    public TenantExpiry? Expiry { get; init; }

    public string ContentHash { get; init; } = "";

    public string? Reason { get; init; }

    /// <summary>The operation that the verb is about; null for the last or the running one.</summary>
    public string? OperationId { get; init; }

    public IReadOnlyList<string>? Finalizers { get; init; }

    public static TenantAsk Of(TenantCommand command)
    {
        var request = command.Request.Upgrade();
        // An event's source can be long, and the state keeps it with many entries.
        var source = Spelling.Shorten(command.Source ?? "unknown", RequestLimits.MaxIdLength);
        return new(command.CommandId, request.TenantId, request.Kind.ToVerb(), source, source, command.SubmittedAt)
        {
            Revision = request.Revision,
            Spec = request.Spec,
            InlineSpec = request.InlineSpec,
            Expiry = request.Expiry,
            ContentHash = request.ContentHash,
        };
    }

    public static TenantAsk Of(OperatorCommand command) =>
        new(command.CommandId, command.TenantId, command.Verb, command.Actor, command.Source, command.RequestedAt)
        {
            Expiry = command.Expiry,
            Reason = command.Reason,
            OperationId = command.OperationId,
            Finalizers = command.Finalizers,
        };
}
