using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class MaintenanceOptionsTests
{
    [Fact]
    public void ExpiryNotice_NotSet_IsOneDay() => Assert.Equal(TimeSpan.FromDays(1), Read(null).ExpiryNotice);

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("7.00:00:00")]
    public void ExpiryNotice_InRange_IsRead(string value) =>
        Assert.Equal(TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture), Read(value).ExpiryNotice);

    [Theory]
    [InlineData("-00:00:01")]
    [InlineData("366.00:00:00")]
    public void ExpiryNotice_OutOfRange_IsRefusedByName(string value) =>
        Assert.Contains(nameof(MaintenanceOptions.ExpiryNotice), Assert.Throws<OptionsValidationException>(() => Read(value)).Message, StringComparison.Ordinal);

    private static MaintenanceOptions Read(string? notice)
    {
        var settings = App.Settings();
        if (notice is not null)
        {
            settings["Maintenance__ExpiryNotice"] = notice;
        }

        using var services = App.Create(settings);
        return services.GetRequiredService<IOptions<MaintenanceOptions>>().Value;
    }
}
