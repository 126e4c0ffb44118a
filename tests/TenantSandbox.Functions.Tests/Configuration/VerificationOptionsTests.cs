using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class VerificationOptionsTests
{
    [Fact]
    public void Faults_Defaults_AreNoneAndNothingIsProbed()
    {
        var options = new VerificationOptions();

        Assert.Equal([], options.Faults(new PolicyOptions()));
        Assert.Equal((true, false, false), (options.Enabled, options.HasProbe, options.WithoutProbe));
    }

    [Theory]
    [InlineData(" ", 120, 1000, "Verification__ProbeImage: must be an image, or not set.")]
    [InlineData("acme.azurecr.io/probe:1", 120, 1000, "Verification__ProbeImage: 'acme.azurecr.io/probe:1' must be named by digest, because of Policies__DigestsOnly.")]
    [InlineData("other.io/probe@sha256:1", 120, 1000, "Verification__ProbeImage: 'other.io/probe@sha256:1' is of none of the registries in Policies__Registries.")]
    [InlineData("acme.azurecr.io/probe@sha256:1", 9, 1000, "Verification__ProbeSeconds: 9 must be 10 to 600.")]
    [InlineData("acme.azurecr.io/probe@sha256:1", 600, 49, "Verification__TargetMilliseconds: 49 must be 50 to 10000.")]
    public void Faults_WrongSetting_NameItAndSayWhatIsAllowed(string image, int seconds, int milliseconds, string fault)
    {
        var policies = new PolicyOptions { DigestsOnly = true };
        policies.Registries.Add("acme.azurecr.io");

        var options = new VerificationOptions { ProbeImage = image, ProbeSeconds = seconds, TargetMilliseconds = milliseconds };

        Assert.Equal(fault, Assert.Single(options.Faults(policies)));
    }

    [Fact]
    public void Faults_IntervalBelowAMinute_IsOne() =>
        Assert.StartsWith("Verification__Interval: ", Assert.Single(new VerificationOptions { Interval = TimeSpan.FromSeconds(59) }.Faults(new PolicyOptions())), StringComparison.Ordinal);
}
