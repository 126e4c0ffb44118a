using TenantSandbox.Core.Errors;

namespace TenantSandbox.Core.Tests.Errors;

public sealed class SandboxExceptionTests
{
    public static TheoryData<ErrorClass> Classes => [.. Enum.GetValues<ErrorClass>()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Create_AnyClass_MakesTheTypeOfThatName(ErrorClass errorClass)
    {
        var made = SandboxException.Create(errorClass, "Code", "text");

        // Only the type's name crosses the boundary between activity and orchestrator.
        Assert.Equal($"{errorClass}Exception", made.GetType().Name);
        Assert.Equal(errorClass, made.ErrorClass);
        Assert.Equal("Code: text", made.Message);
    }

    [Fact]
    public void Create_LongMessage_IsCut() =>
        Assert.Equal("Code: ".Length + SandboxException.MaxMessageLength, SandboxException.Create(ErrorClass.Invalid, "Code", new string('x', 100_000)).Message.Length);
}
