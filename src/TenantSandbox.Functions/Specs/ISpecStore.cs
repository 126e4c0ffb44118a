using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Specs;

/// <summary>
/// The tenants' specs, each stored once under the hash of its content, outside the task hub: they survive its loss, and histories
/// contain only references.
/// </summary>
internal interface ISpecStore
{
    /// <summary>Stores a spec; storing it again changes nothing.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken);

    /// <summary>Reads a spec and verifies that it is the one with this hash.</summary>
    /// <exception cref="NotFoundException">Code <c>SpecUnknown</c>: it is not stored, or what is stored has another hash.</exception>
    /// <exception cref="SandboxException">The storage failed.</exception>
    Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Deletes a spec that was last saved before a time. One that was saved again since stays.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="savedBefore">The time, by the storage's clock.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>False when it stays, or is not stored.</returns>
    /// <exception cref="SandboxException">The storage failed.</exception>
    Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken);

    /// <summary>All stored hashes with the time of their last save, in no particular order. A spec saved a moment ago may not be in any tenant's state yet.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    IAsyncEnumerable<StoredSpec> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A stored spec.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="SavedAt">When it was last saved, by the storage's clock.</param>
internal sealed record StoredSpec(string Hash, DateTimeOffset SavedAt);
