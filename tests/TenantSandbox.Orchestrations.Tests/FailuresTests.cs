using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Orchestrations.Tests;

public sealed class FailuresTests
{
    public static TheoryData<ErrorClass> Classes => [.. Enum.GetValues<ErrorClass>()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Of_EveryClass_SurvivesTheBoundary(ErrorClass errorClass)
    {
        var failure = TaskFailureDetails.FromException(new Fault("x", errorClass).ToException());

        Assert.Equal(new TenantError(errorClass, "Code", "told to fail"), Failures.Of(failure));
    }

    [Fact]
    public void Of_WrappedFailure_IsFoundInside()
    {
        var failure = TaskFailureDetails.FromException(new InvalidOperationException("outer", new QuotaException("QuotaExceeded", "20 of 20 vCPUs: used")));

        Assert.Equal(new TenantError(ErrorClass.Quota, "QuotaExceeded", "20 of 20 vCPUs: used"), Failures.Of(failure));
    }

    [Fact]
    public void Of_UnknownException_HasNoClassAndKeepsItsName()
    {
        var error = Failures.Of(TaskFailureDetails.FromException(new FormatException("odd")));

        Assert.Equal(new TenantError(null, "FormatException", "odd"), error);
    }
}
