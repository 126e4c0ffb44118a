using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>A step of an operation came to a bad end that no activity threw: a deadline, a refusal, a failed rollout.</summary>
/// <param name="error">Why.</param>
internal sealed class StepFailedException(TenantError error) : Exception($"{error.Code}: {error.Message}")
{
    public StepFailedException(ErrorClass errorClass, string code, string message)
        : this(TenantError.Create(errorClass, code, message))
    {
    }

    /// <summary>Why.</summary>
    public TenantError Error { get; } = error;
}
