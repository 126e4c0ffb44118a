using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>A step of an operation failed in a way that no activity threw: a deadline passed, a reservation was refused, a rollout failed.</summary>
/// <param name="error">The error of the operation.</param>
internal sealed class StepFailedException(TenantError error) : Exception($"{error.Code}: {error.Message}")
{
    public StepFailedException(ErrorClass errorClass, string code, string message)
        : this(TenantError.Create(errorClass, code, message))
    {
    }

    /// <summary>The error of the operation.</summary>
    public TenantError Error { get; } = error;
}
