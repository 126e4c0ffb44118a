using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

public sealed class ReportOptionsTests
{
    private const string Key = "https://contoso.vault.azure.net/keys/isolation-reports";

    [Fact]
    public void Places_Settings_ChooseStorageAndKey()
    {
        using var local = Services(("TenantSandbox:Specs:Directory", "/var/specs"));
        using var separate = Services(
            ("TenantSandbox:Specs:Directory", "/var/specs"), ("TenantSandbox:Reports:Directory", "/var/reports"), ("TenantSandbox:Reports:KeyDirectory", "/var/keys"));
        using var azure = Services(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("TenantSandbox:Reports:Key", Key));
        using var mixed = Services(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("TenantSandbox:Reports:KeyDirectory", "/var/keys"));

        Assert.Equal(new ReportPlaces("/var/specs/isolation-reports", null, "/var/specs/isolation-reports/_keys"), local.GetRequiredService<ReportPlaces>());
        Assert.Equal(new ReportPlaces("/var/reports", null, "/var/keys"), separate.GetRequiredService<ReportPlaces>());
        Assert.IsType<FolderReportFiles>(separate.GetRequiredService<IReportFiles>());
        Assert.IsType<FileReportSigner>(separate.GetRequiredService<IReportSigner>());
        Assert.IsType<BlobReportFiles>(azure.GetRequiredService<IReportFiles>());
        Assert.Equal(new ReportPlaces(null, new Uri(Key), null), azure.GetRequiredService<ReportPlaces>());
        Assert.Equal(new ReportPlaces(null, null, "/var/keys"), mixed.GetRequiredService<ReportPlaces>());
        Assert.Equal(TimeSpan.FromDays(400), mixed.GetRequiredService<IOptions<ReportOptions>>().Value.Retention);
    }

    [Theory]
    [InlineData("Directory", "reports", "must be an absolute path")]
    [InlineData("KeyDirectory", "keys", "must be an absolute path")]
    [InlineData("Key", "https://contoso.vault.azure.net/keys/a/0123", "without version")]
    [InlineData("Key", "http://contoso.vault.azure.net/keys/a", "without version")]
    [InlineData("Key", "https://contoso.vault.azure.net/secrets/a", "without version")]
    [InlineData("Retention", "00:10:00", "Retention")]
    public void Options_WrongValue_IsRefusedWithTheSettingsName(string name, string value, string expected) =>
        Assert.Contains(expected, Refusal(("TenantSandbox:Specs:Directory", "/var/specs"), ($"TenantSandbox:Reports:{name}", value)), StringComparison.Ordinal);

    [Fact]
    public void Options_NoPlaceNoKeyOrTwoKeys_AreRefused()
    {
        Assert.Contains("TenantSandbox__Reports__Directory: must be set", Refusal(), StringComparison.Ordinal);
        Assert.Contains("TenantSandbox__Reports__Key: must be set", Refusal(("AzureWebJobsStorage", "UseDevelopmentStorage=true")), StringComparison.Ordinal);
        Assert.Contains(
            "one key signs",
            Refusal(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("TenantSandbox:Reports:Key", Key), ("TenantSandbox:Reports:KeyDirectory", "/var/keys")),
            StringComparison.Ordinal);
    }

    private static string Refusal(params (string Name, string Value)[] settings)
    {
        using var services = Services(settings);
        return Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ReportOptions>>().Value).Message;
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddTenantSandbox(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build());
        return services.BuildServiceProvider();
    }
}
