using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Tests.Specs;

public sealed class SpecOptionsTests
{
    [Theory]
    [InlineData("TenantSandbox:Specs:Directory", "/var/specs")]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true")]
    [InlineData("AzureWebJobsStorage:accountName", "account")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://account.blob.core.windows.net")]
    public void Create_OnePlaceForSpecs_IsAccepted(string setting, string value)
    {
        using var services = Services((setting, value));

        Assert.IsType<CachedSpecStore>(services.GetRequiredService<ISpecStore>());
    }

    [Theory]
    [InlineData("TenantSandbox:Specs:Directory", "specs", "must be an absolute path")]
    [InlineData("AzureWebJobsStorage", "", "must be set, because AzureWebJobsStorage names no storage account")]
    public void Create_NoPlaceForSpecs_IsRefusedWithTheSettingsName(string setting, string value, string expected)
    {
        using var services = Services((setting, value));

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SpecOptions>>().Value);

        Assert.Contains("TenantSandbox__Specs__Directory", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services((string Name, string Value) setting)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddTenantSandbox(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(setting.Name, (string?)setting.Value)]).Build());
        return services.BuildServiceProvider();
    }
}
