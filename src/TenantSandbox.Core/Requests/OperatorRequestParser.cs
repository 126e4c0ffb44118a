using System.Text.Json;
using System.Text.RegularExpressions;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Requests;

/// <summary>The body of an operator's request about a tenant or an operation.</summary>
/// <param name="Actor">Who asks, as stated; nobody has verified it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Expiry">The new expiry of a renewal; null otherwise.</param>
/// <param name="Finalizers">The finalizers that a forced offboarding may remove; null otherwise.</param>
/// <param name="ContentHash">Two bodies are the same exactly when their hashes are equal, whenever they arrive.</param>
public sealed record OperatorRequest(string Actor, string Reason, TenantExpiry? Expiry, IReadOnlyList<string>? Finalizers, string ContentHash);

/// <summary>Parses the bodies of operators' requests, as strictly as <see cref="TenantRequestParser"/> parses those of senders.</summary>
public static partial class OperatorRequestParser
{
    /// <summary>Finalizers that one request can name.</summary>
    public const int MaxFinalizers = 20;

    private static readonly TextRule Actor = new("who asks, like \"jo@example.com\": text without control characters", 128, NoControls());
    private static readonly TextRule Reason = new("why: text without control characters", 500, NoControls());
    private static readonly TextRule Finalizer = new("the name of a finalizer, like \"example.com/cleanup\"", 317, FinalizerName());

    /// <param name="utf8">JSON text.</param>
    /// <param name="verb">What is asked, which decides on the properties besides <c>actor</c> and <c>reason</c>.</param>
    /// <param name="target">The tenant or operation that it is asked of; part of the content.</param>
    /// <param name="now">Current time; a time to live is added to it.</param>
    /// <returns>The request, or its validation faults.</returns>
    public static (OperatorRequest? Request, IReadOnlyList<ValidationFault> Faults) Parse(
        ReadOnlyMemory<byte> utf8, TenantVerb verb, string target, DateTimeOffset now)
    {
        var faults = RequestJson.Read(utf8, (root, faults) => Read(root, faults, verb, target, now), out var request);
        return (request, faults);
    }

    private static OperatorRequest? Read(JsonElement root, ValidationFaultList faults, TenantVerb verb, string target, DateTimeOffset now)
    {
        string[] known =
        [
            "actor", "reason",
            .. verb == TenantVerb.Renew ? ExpiryReader.Properties : [],
            .. verb == TenantVerb.ForceOffboard ? (string[])["finalizers"] : [],
        ];
        if (ObjectReader.Open(root, "", faults, known) is not { } reader)
        {
            return null;
        }

        var actor = reader.Text("actor", Actor, required: true);
        var reason = reader.Text("reason", Reason, required: true);
        var (expiry, timeToLive) = verb == TenantVerb.Renew ? ExpiryReader.Read(reader, now, required: true) : default((TenantExpiry?, TimeSpan?));
        var finalizers = verb == TenantVerb.ForceOffboard ? reader.Texts("finalizers", 0, MaxFinalizers, Finalizer) : null;
        if (!faults.IsEmpty)
        {
            return null;
        }

        return new(actor!, reason!, expiry, finalizers, OperatorContent.HashOf(verb, target, actor!, reason!, expiry, timeToLive, finalizers));
    }

    [GeneratedRegex(@"^[^\p{Cc}]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex NoControls();

    // A qualified name of Kubernetes: an optional DNS prefix, and a name.
    [GeneratedRegex(@"^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FinalizerName();
}
