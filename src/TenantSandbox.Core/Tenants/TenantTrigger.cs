namespace TenantSandbox.Core.Tenants;

/// <summary>What moves a tenant from one phase to the next.</summary>
public enum TenantTrigger
{
    /// <summary>An onboarding was started.</summary>
    OnboardStarted,

    /// <summary>Every workload was seen available.</summary>
    OnboardSucceeded,

    /// <summary>Onboarding failed; everything it had made is gone.</summary>
    OnboardUndone,

    /// <summary>An offboarding was started.</summary>
    OffboardStarted,

    /// <summary>Everything was read as absent.</summary>
    OffboardSucceeded,

    /// <summary>Something may be left, whether undoing an onboarding or offboarding.</summary>
    LeftOver,
}
