namespace TenantSandbox.Core.Requests;

/// <summary>A request, or everything that is wrong with it.</summary>
/// <param name="Request">The request; null when there is a fault.</param>
/// <param name="Id">The sender's own id for a bare request, if it gave one.</param>
/// <param name="Faults">All faults, with unknown properties first in each object; empty when there is a request.</param>
public sealed record RequestParseResult(TenantRequest? Request, string? Id, IReadOnlyList<RequestFault> Faults);
