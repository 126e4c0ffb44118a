using TenantSandbox.Core.Errors;

namespace TenantSandbox.Core.Tests.Errors;

public sealed class ArmErrorsTests
{
    [Theory]
    [InlineData(429, null, null, ErrorClass.Throttled)]
    [InlineData(429, "OperationNotAllowed", null, ErrorClass.Throttled)]
    [InlineData(409, "OperationNotAllowed", "Another agentpool operation (x - Creating) is in progress", ErrorClass.Conflict)]
    [InlineData(409, "AKSOperationPreemptedByDelete", null, ErrorClass.Conflict)]
    [InlineData(412, "PreconditionFailed", null, ErrorClass.Conflict)]
    [InlineData(400, "aksCapacityHeavyUsage", null, ErrorClass.Transient)]
    [InlineData(null, "ZonalAllocationFailed", null, ErrorClass.Capacity)]
    [InlineData(409, "SkuNotAvailable", null, ErrorClass.Capacity)]
    [InlineData(400, "ErrCode_InsufficientVCPUQuota", null, ErrorClass.Quota)]
    [InlineData(400, "InvalidWorkloadRuntimeSettingError", "has to be used with vm size that supports nested virtualization", ErrorClass.Invalid)]
    [InlineData(403, "RequestDisallowedByPolicy", null, ErrorClass.Invalid)]
    [InlineData(404, "ResourceNotFound", null, ErrorClass.NotFound)]
    [InlineData(400, "NodePoolMcVersionIncompatible", "Node pool version 1.34.2 and control plane version 1.33.5 are incompatible", ErrorClass.Conflict)]
    [InlineData(null, "PodDrainFailure", "Drain node aks-kata1-1 failed when evicting pod web failed with Too Many Requests error", ErrorClass.Conflict)]
    [InlineData(400, "SubnetIsFull", null, ErrorClass.Capacity)]
    [InlineData(400, "InsufficientSubnetSize", null, ErrorClass.Capacity)]
    [InlineData(400, "AvailabilityZoneNotSupported", null, ErrorClass.Capacity)]
    [InlineData(400, "BadRequest", "The VM size of Standard_D4s_v5 is not allowed in your subscription in location 'westeurope'.", ErrorClass.Capacity)]
    [InlineData(null, "VMExtensionError_OutboundConnFail", null, ErrorClass.Transient)]
    public void Classify_KnownCode_ReturnsItsClass(int? status, string? code, string? message, ErrorClass expected) =>
        Assert.Equal(expected, ArmErrors.Classify(status, code, message));

    [Theory]
    [InlineData(0, ErrorClass.Transient)]
    [InlineData(400, ErrorClass.Invalid)]
    [InlineData(403, ErrorClass.Invalid)]
    [InlineData(404, ErrorClass.NotFound)]
    [InlineData(408, ErrorClass.Transient)]
    [InlineData(409, ErrorClass.Conflict)]
    [InlineData(500, ErrorClass.Transient)]
    [InlineData(503, ErrorClass.Transient)]
    public void Classify_UnknownCode_FallsBackToStatus(int status, ErrorClass expected) =>
        Assert.Equal(expected, ArmErrors.Classify(status, "UnknownCode", "text"));

    [Theory]
    [InlineData("Code=\"ZonalAllocationFailed\" Message=\"Allocation failed in zone 1\"", ErrorClass.Capacity)]
    [InlineData("VMSSAgentPoolReconciler retry failed: Code='QuotaExceeded'", ErrorClass.Quota)]
    [InlineData("subnet x: SubnetIsFull", ErrorClass.Capacity)]
    [InlineData("Code=\"RequestDisallowedByPolicy\"", ErrorClass.Invalid)]
    [InlineData("Conflict with something", ErrorClass.Transient)]
    public void Classify_CauseInMessage_ReturnsClassOfCause(string message, ErrorClass expected) =>
        Assert.Equal(expected, ArmErrors.Classify(null, "ReconcileVMSSAgentPoolFailed", message));

    [Fact]
    public void Classify_QuotaWithConflictCode_IsQuota() =>
        Assert.Equal(
            ErrorClass.Quota,
            ArmErrors.Classify(409, "OperationNotAllowed", "Operation could not be completed as it results in exceeding approved standardDSv5Family Cores quota."));

    [Fact]
    public void Classify_FailedResourceWithoutError_IsTransient() => Assert.Equal(ErrorClass.Transient, ArmErrors.Classify(null, null, null));
}
