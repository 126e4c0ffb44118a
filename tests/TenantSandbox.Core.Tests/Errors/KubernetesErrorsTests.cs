using TenantSandbox.Core.Errors;

namespace TenantSandbox.Core.Tests.Errors;

public sealed class KubernetesErrorsTests
{
    [Theory]
    [InlineData(0, null, null, ErrorClass.Transient)]
    [InlineData(400, "BadRequest", null, ErrorClass.Invalid)]
    [InlineData(401, "Unauthorized", null, ErrorClass.Transient)]
    [InlineData(403, "Forbidden", "namespaces is forbidden: User \"x\" cannot patch resource", ErrorClass.Invalid)]
    [InlineData(403, "Forbidden", "pods \"a\" is forbidden: exceeded quota: tenant-quota, requested: pods=1", ErrorClass.Quota)]
    [InlineData(403, "Forbidden", "unable to create new content in namespace x because it is being terminated", ErrorClass.Conflict)]
    [InlineData(403, "Forbidden", "status unknown for quota: tenant-quota, resources: pods", ErrorClass.Transient)]
    [InlineData(404, "NotFound", null, ErrorClass.NotFound)]
    [InlineData(409, "AlreadyExists", null, ErrorClass.Conflict)]
    [InlineData(410, "Expired", null, ErrorClass.Transient)]
    [InlineData(422, "Invalid", null, ErrorClass.Invalid)]
    [InlineData(422, "Invalid", "Namespace \"t\" is invalid: metadata.uid: Invalid value: \"1\": field is immutable", ErrorClass.Conflict)]
    [InlineData(429, "TooManyRequests", null, ErrorClass.Throttled)]
    [InlineData(500, "InternalError", null, ErrorClass.Transient)]
    [InlineData(504, "Timeout", null, ErrorClass.Transient)]
    public void Classify_Response_ReturnsItsClass(int status, string? reason, string? message, ErrorClass expected) =>
        Assert.Equal(expected, KubernetesErrors.Classify(status, reason, message));
}
