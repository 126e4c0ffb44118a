using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Tests.Operations;

/// <summary>Failures as the Azure Storage backend returns them: text in the output, no failure details.</summary>
public sealed class OperationViewsTests
{
    [Theory]
    [InlineData("TenantSandbox.Core.Errors.QuotaException: QuotaExceeded: 20 of 20 vCPUs\n   at X", ErrorClass.Quota, "QuotaExceeded", "20 of 20 vCPUs")]
    [InlineData("\"System.FormatException: odd\"", null, "FormatException", "odd")]
    [InlineData("something: went wrong", null, "Failed", "something: went wrong")]
    [InlineData("""{"ErrorType":"System.AggregateException","ErrorMessage":"several","InnerFailure":{"ErrorType":"System.FormatException","ErrorMessage":"odd"}}""", null, "FormatException", "odd")]
    public void Of_FailureInTheOutputOnly_IsShown(string output, ErrorClass? errorClass, string code, string message)
    {
        var view = OperationViews.Of(Failed(output), "acme", "onboard");

        Assert.Equal((OperationStatuses.Failed, new TenantError(errorClass, code, message)), (view.Status, view.Error));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Of_NoText_StillSaysThatItFailed(string? output) =>
        Assert.Equal("The operation failed.", OperationViews.Of(Failed(output), "acme", "onboard").Error!.Message);

    private static OrchestrationMetadata Failed(string? output) => new("OnboardOrchestration", "acme.1.1.onboard")
    {
        RuntimeStatus = OrchestrationRuntimeStatus.Failed,
        SerializedOutput = output,
    };
}
