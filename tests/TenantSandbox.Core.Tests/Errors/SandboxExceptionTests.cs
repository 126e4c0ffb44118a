using TenantSandbox.Core.Errors;

namespace TenantSandbox.Core.Tests.Errors;

public sealed class SandboxExceptionTests
{
    public static TheoryData<ErrorClass> Classes => [.. Enum.GetValues<ErrorClass>()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Create_AnyClass_ReturnsTypeOfThatName(ErrorClass errorClass)
    {
        var exception = SandboxException.Create(errorClass, "Code", "text");

        // Only the type's name and the message cross the boundary between an activity and its orchestrator.
        Assert.Equal($"{errorClass}Exception", exception.GetType().Name);
        Assert.Equal(errorClass, exception.ErrorClass);
        Assert.Equal("Code: text", exception.Message);
    }

    [Fact]
    public void Create_LongMessage_IsTruncated() =>
        Assert.Equal("Code: ".Length + SandboxException.MaxMessageLength, SandboxException.Create(ErrorClass.Invalid, "Code", new string('x', 100_000)).Message.Length);
}
