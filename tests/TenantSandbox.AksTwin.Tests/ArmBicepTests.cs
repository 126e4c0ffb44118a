using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Azure;
using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;
using TenantSandbox.AksTwin.Arm;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Checks request bodies and the twin's properties against Azure's resource types, with the Bicep compiler.</summary>
public sealed class ArmBicepTests
{
    [Fact]
    public async Task PutBody_KataPool_CompilesWithoutWarnings()
    {
        var pool = ArmTestHost.Autoscaled(1, 1, 5);
        pool.TypePropertiesType = AgentPoolType.VirtualMachineScaleSets;
        pool.MaxPods = 110;
        pool.AvailabilityZones.Add("1");
        pool.OrchestratorVersion = "1.34";
        pool.ScaleDownMode = ScaleDownMode.Delete;
        pool.PowerStateCode = ContainerServiceStateCode.Running;
        pool.UpgradeSettings = new() { MaxSurge = "33%", DrainTimeoutInMinutes = 30, NodeSoakDurationInMinutes = 5 };

        var warnings = await WarningsAsync(await BodyAsync(pool));

        Assert.True(warnings is "", warnings);
    }

    [Theory]
    [InlineData(TenantTier.Pooled, null)]
    [InlineData(TenantTier.Dedicated, "acme")]
    public async Task PutBody_SentByTheApp_CompilesWithoutWarnings(TenantTier tier, string? tenant)
    {
        var template = new PoolTemplate("Standard_D4s_v5", "KataVmIsolation", "AzureLinux", 1, 10, 110, 13_000, 3_860, [], ["1", "2"]);

        var pool = new PoolRef("aks", "kata1", 1, tier, tenant, template);

        var network = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets";
        var subnets = tenant is null ? new PoolSubnets(null, null) : new PoolSubnets(new($"{network}/nodes"), new($"{network}/pods"));
        var warnings = await WarningsAsync(await BodyAsync(AgentPoolBody.Of(pool, PoolMarks.Of(pool, "tenantsandbox", "blue"), subnets)));

        Assert.True(warnings is "", warnings);
    }

    [Fact]
    public async Task PutBody_MisspeltProperty_Warns()
    {
        var body = await BodyAsync(ArmTestHost.Kata());
        body["cuont"] = 1;

        Assert.Contains("\"cuont\" is not allowed", await WarningsAsync(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Properties_AcceptedByTheTwin_AreKnownToAzure()
    {
        // For a misspelt property the compiler lists all properties it accepts.
        var warnings = await WarningsAsync(new JsonObject { ["cuont"] = 1 });

        Assert.All(AgentPoolProperty.All.Values.Where(p => !p.IsReadOnly), p => Assert.Contains($"\"{p.Name}\"", warnings, StringComparison.Ordinal));
    }

    // The properties as the client sends them.
    private static async Task<JsonObject> BodyAsync(ContainerServiceAgentPoolData pool)
    {
        await using var twin = await ArmTestHost.StartAsync(new TwinOptions { Clusters = [new() { SubnetId = pool.VnetSubnetId?.ToString() }] });
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", pool, default(CancellationToken));
        return (JsonObject)JsonNode.Parse(twin.LastBody)!["properties"]!.DeepClone();
    }

    private static async Task<string> WarningsAsync(JsonObject properties)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("bicep-").FullName, "pool.bicep");
        await File.WriteAllTextAsync(file, $"resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2026-04-01' = {{\n  name: 'aks/kata1'\n  properties: {Write(properties)}\n}}\n");
        var compiler = typeof(ArmBicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bicep").Value!;
        // The executable in the package lacks the execute permission.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(compiler, File.GetUnixFileMode(compiler) | UnixFileMode.UserExecute);
        }

        using var process = Process.Start(new ProcessStartInfo(compiler, ["build", file, "--stdout"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var warnings = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Contains("agentPools", await output, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return warnings.Trim();
    }

    private static string Write(JsonNode? node) => node switch
    {
        JsonObject map => $"{{\n{string.Join('\n', map.Select(e => $"{Name(e.Key)}: {Write(e.Value)}"))}\n}}",
        JsonArray list => $"[\n{string.Join('\n', list.Select(Write))}\n]",
        JsonValue value when value.TryGetValue<string>(out var text) => $"'{text}'",
        _ => node?.ToJsonString() ?? "null",
    };

    private static string Name(string key) => key.All(char.IsAsciiLetterOrDigit) ? key : $"'{key}'";
}
