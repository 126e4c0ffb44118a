using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Requests;

/// <summary>What was read out of an event or a message: a request with its identity, or the faults.</summary>
internal sealed record IncomingRequest(TenantRequest? Request, RequestIdentity? Identity, IReadOnlyList<ValidationFault> Faults)
{
    public static IncomingRequest Fault(string pointer, string code, string detail) => new(null, null, [new ValidationFault(pointer, code, detail)]);
}
