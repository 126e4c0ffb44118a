using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TenantSandbox.Functions;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Hosting.Tests;

/// <summary>The app itself on this host, as it comes out of the repository.</summary>
public sealed class AppTests
{
    private static readonly string Root = typeof(AppTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    [Fact]
    public async Task TheApp_WithTheSampleSettings_StartsAndGuardsAllButHealth()
    {
        var state = Directory.CreateTempSubdirectory("app-");
        await using (var host = FunctionHost.Create(new FunctionHostOptions
        {
            Assemblies = [typeof(ServiceCollectionExtensions).Assembly],
            StateDirectory = state.FullName,
            HostJsonPath = Path.Combine(Root, "host.json"),
            LocalSettingsPath = Path.Combine(Root, "local.settings.sample.json"),
            Address = new Uri("http://127.0.0.1:0"),
            ConfigureServices = (services, configuration) => services.AddTenantSandbox(configuration),
            // No emulator runs here: the queue door stays shut, and the twin's authority is any.
            Settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = "", ["TenantSandbox:Arm:CaFile"] = WriteAuthority(state) },
        }))
        {
            await host.StartAsync();
            using var client = new HttpClient { BaseAddress = host.BaseAddress };

            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/tenants")).StatusCode);
            Assert.NotEqual(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/health")).StatusCode);
            client.DefaultRequestHeaders.Add("x-functions-key", host.Keys.Function);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/tenants")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/tenants/nobody")).StatusCode);
            await host.StopAsync();
        }

        state.Delete(recursive: true);
    }

    private static string WriteAuthority(DirectoryInfo state)
    {
        using var key = ECDsa.Create();
        using var authority = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var path = Path.Combine(state.FullName, "ca.pem");
        File.WriteAllText(path, authority.ExportCertificatePem());
        return path;
    }
}
