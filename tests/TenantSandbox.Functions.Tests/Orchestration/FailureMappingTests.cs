using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tests.Orchestration;

public sealed class FailureMappingTests
{
    public static TheoryData<ErrorClass> Classes => [.. Enum.GetValues<ErrorClass>()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void ToError_EveryClass_KeepsClassCodeAndMessage(ErrorClass errorClass)
    {
        var failure = TaskFailureDetails.FromException(SandboxException.Create(errorClass, "Code", "told to fail"));

        Assert.Equal(new TenantError(errorClass, "Code", "told to fail"), FailureMapping.ToError(failure));
    }

    [Fact]
    public void ToError_WrappedFailure_IsFoundInside()
    {
        var failure = TaskFailureDetails.FromException(new InvalidOperationException("outer", new QuotaException("QuotaExceeded", "20 of 20 vCPUs: used")));

        Assert.Equal(new TenantError(ErrorClass.Quota, "QuotaExceeded", "20 of 20 vCPUs: used"), FailureMapping.ToError(failure));
    }

    [Fact]
    public void ToError_UnknownException_HasNoClassAndKeepsItsName()
    {
        var error = FailureMapping.ToError(TaskFailureDetails.FromException(new FormatException("odd")));

        Assert.Equal(new TenantError(null, "FormatException", "odd"), error);
    }

    [Fact]
    public void ToError_ExceptionOfAnAsyncActivity_IsUnwrapped()
    {
        var error = FailureMapping.ToError(TaskFailureDetails.FromException(new AggregateException(new FormatException("odd"))));

        Assert.Equal(new TenantError(null, "FormatException", "odd"), error);
    }

    [Fact]
    public void ToError_AggregateWithoutCause_StaysWhatItIs()
    {
        var error = FailureMapping.ToError(new TaskFailureDetails("System.AggregateException", "several", null, null, null));

        Assert.Equal(new TenantError(null, "AggregateException", "several"), error);
    }

    [Theory]
    [InlineData("Microsoft.Azure.WebJobs.Host.FunctionInvocationException")]
    [InlineData("Microsoft.Azure.WebJobs.Host.FunctionTimeoutException")]
    [InlineData("Microsoft.Azure.WebJobs.Host.FunctionTimeoutAbortException")]
    [InlineData("FunctionInvocationFailed")]
    public void ToError_FailureOfTheHost_IsTransientAndCarriesItsCause(string type)
    {
        var exit = new TaskFailureDetails("Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException", "dotnet exited with code 137.", null, null, null);
        var failure = new TaskFailureDetails(type, "Exception while executing function: EnsurePool.", null, exit, null);

        Assert.Equal(
            new TenantError(ErrorClass.Transient, type.Split('.')[^1], "Exception while executing function: EnsurePool. dotnet exited with code 137."),
            FailureMapping.ToError(failure));
        Assert.Equal(ErrorClass.Transient, FailureMapping.ClassOf(failure));
    }

    [Fact]
    public void ToError_FailureInsideTheHostsException_KeepsItsClass()
    {
        var cause = TaskFailureDetails.FromException(new InvalidException("Code", "wrong"));
        var failure = new TaskFailureDetails("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", "wrapped", null, cause, null);

        Assert.Equal(new TenantError(ErrorClass.Invalid, "Code", "wrong"), FailureMapping.ToError(failure));
    }
}
