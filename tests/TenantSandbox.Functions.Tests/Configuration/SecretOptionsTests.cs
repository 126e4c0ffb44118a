using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class SecretOptionsTests
{
    private const string ClientId = "22222222-3333-4444-5555-666666666666";

    [Fact]
    public void Rules_Settings_AssignWhatTheySay()
    {
        var settings = Valid();
        using var services = App.Create(settings);

        var rules = services.GetRequiredService<InstallationRules>();

        Assert.True(rules.Secrets.Allows("acme", new SecretUri("https://shared.vault.azure.cn", "acme--db", null)));
        Assert.False(rules.Secrets.Allows("acme", new SecretUri("https://shared.vault.azure.cn", "blue--db", null)));
        Assert.True(rules.Identities.Allows("acme", new WorkloadIdentity(ClientId)));
        Assert.False(rules.Identities.Allows("blue", new WorkloadIdentity(ClientId)));
    }

    [Theory]
    [InlineData("Secrets__Rules__0__Names", "*", "Secrets__Rules__0__Names: '*' gives the same secrets to every tenant")]
    [InlineData("Secrets__Rules__0__Vault", "https://shared.example", "Secrets__Rules__0__Vault: 'https://shared.example' must be")]
    [InlineData("Secrets__OwnVaults__0", "https://shared.vault.azure.cn/", "'https://shared.vault.azure.cn' opens https://shared.vault.azure.cn")]
    [InlineData("Secrets__OwnVaults__0", "shared", "Secrets__OwnVaults__0: 'shared' must be")]
    [InlineData("Secrets__HostSuffixes__0", "azure", "must be")]
    [InlineData("Secrets__Endpoint", "https://contoso.example", "Secrets__Endpoint: ")]
    [InlineData("Identity__TenantId", "contoso", "Identity__TenantId: 'contoso' must be the GUID")]
    [InlineData("Identity__Rules__0__ClientId", "web", "Identity__Rules__0__ClientId: 'web' must be")]
    [InlineData("Identity__OwnClientIds__0", "22222222-3333-4444-5555-66666666666A", null)]
    [InlineData("Identity__OwnClientIds__0", ClientId, "is an identity of the app or the cluster itself")]
    [InlineData("Authentication__ManagedIdentityClientId", ClientId, "is an identity of the app or the cluster itself")]
    [InlineData("EventTopic__Key", "@Microsoft.KeyVault(SecretUri=https://SHARED.vault.azure.cn/secrets/key/)", "Secrets__Rules__0__Vault: ")]
    [InlineData("EventTopic__Key", "@Microsoft.KeyVault(VaultName=shared;SecretName=key)", "Secrets__Rules__0__Vault: ")]
    public void Validate_OneWrongSetting_IsNamed(string setting, string value, string? expected)
    {
        var settings = Valid();
        settings[setting] = value;

        var failures = Failures(settings);

        Assert.Equal(expected is null, failures.Count == 0);
        Assert.All(failures, f => Assert.Contains(expected ?? "", f, StringComparison.Ordinal));
    }

    [Fact]
    public void Vaults_ReferencesThatThePlatformResolved_AreFound()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WEBSITE_KEYVAULT_REFERENCES"] =
                """{"Key":{"rawReference":"@Microsoft.KeyVault(SecretUri=https://app.vault.azure.net/secrets/key)","status":"Resolved"}}""",
            ["AzureWebJobsSecretStorageKeyVaultUri"] = "https://keys.vault.azure.net/",
            ["TenantSandbox:Secrets:Rules:0:Vault"] = "https://tenants.vault.azure.net",
        }).Build();

        Assert.Equal(["https://app.vault.azure.net", "https://keys.vault.azure.net"], OwnResources.Vaults(new TenantSandboxOptions(), configuration));
    }

    private static Dictionary<string, string?> Valid()
    {
        var settings = App.Settings();
        settings["Secrets__Rules__0__Vault"] = "https://shared.vault.azure.cn";
        settings["Secrets__Rules__0__Names"] = "{tenantId}--*";
        settings["Identity__TenantId"] = "33333333-4444-5555-6666-777777777777";
        settings["Identity__Rules__0__ClientId"] = ClientId;
        settings["Identity__Rules__0__Tenants__0"] = "acme";
        return settings;
    }

    private static IReadOnlyList<string> Failures(Dictionary<string, string?> settings)
    {
        using var services = App.Create(settings);
        try
        {
            _ = services.GetRequiredService<IOptions<TenantSandboxOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return [.. e.Failures];
        }
    }
}
