using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Specs;

/// <summary>The spec store for orchestrations.</summary>
internal sealed class SpecActivities(ISpecStore specs)
{
    /// <summary>Stores a spec that a state of an earlier version contains, so that the state can refer to it instead.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    [Function(ActivityNames.SaveSpec)]
    public Task<SpecRef> SaveAsync([ActivityTrigger] TenantSpec spec, CancellationToken cancellationToken) => specs.SaveAsync(spec, cancellationToken);

    /// <summary>Reads what placement needs of stored specs.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    [Function(ActivityNames.FindSpecs)]
    public async Task<FoundSpecs> FindAsync([ActivityTrigger] SpecQuery query, CancellationToken cancellationToken)
    {
        List<SpecRef> found = [];
        List<string> unknown = [];
        foreach (var hash in query.Hashes)
        {
            try
            {
                found.Add(SpecRef.Of(await specs.ReadAsync(hash, cancellationToken)));
            }
            catch (SandboxException e) when (e.ErrorClass is ErrorClass.NotFound or ErrorClass.Invalid)
            {
                unknown.Add(hash);
            }
        }

        return new FoundSpecs(found, unknown);
    }
}

/// <summary>Asks for stored specs.</summary>
/// <param name="Hashes">Their hashes, as read from namespaces; they need not be valid.</param>
public sealed record SpecQuery([property: JsonPropertyName("hashes")] IReadOnlyList<string> Hashes);

/// <summary>The answer to a <see cref="SpecQuery"/>.</summary>
/// <param name="Specs">References to the specs that are stored, in the query's order.</param>
/// <param name="Unknown">The other hashes: their tenants get the condition <c>SpecUnknown</c>.</param>
public sealed record FoundSpecs(
    [property: JsonPropertyName("specs")] IReadOnlyList<SpecRef> Specs,
    [property: JsonPropertyName("unknown")] IReadOnlyList<string> Unknown);
