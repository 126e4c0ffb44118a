using CsCheck;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Tests.Capacity;

public sealed class KataSizingTests
{
    [Theory]
    [InlineData(64, "tenantsandbox-kata-128mi")]
    [InlineData(128, "tenantsandbox-kata-128mi")]
    [InlineData(129, "tenantsandbox-kata-256mi")]
    [InlineData(512, "tenantsandbox-kata-1gi")]
    [InlineData(4096, "tenantsandbox-kata-4gi")]
    [InlineData(131072, "tenantsandbox-kata-128gi")]
    public void Fit_Memory_ReturnsSmallestSufficientClass(int memoryMiB, string expected) =>
        Assert.Equal(expected, KataSizing.Fit(KataSizing.Documented, memoryMiB)?.RuntimeClassName);

    [Fact]
    public void Fit_LargerThanEveryClass_IsNull() => Assert.Null(KataSizing.Fit(KataSizing.Documented, 131073));

    [Fact]
    public void Fit_LargerGuest_NeverHasLessOverhead() =>
        Gen.Int[1, 131072].Select(Gen.Int[1, 131072]).Sample((a, b) =>
            KataSizing.Fit(KataSizing.Documented, Math.Min(a, b))!.OverheadMemoryMiB
            <= KataSizing.Fit(KataSizing.Documented, Math.Max(a, b))!.OverheadMemoryMiB);
}
