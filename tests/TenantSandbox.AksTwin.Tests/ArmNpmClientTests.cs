using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Azure's own JavaScript client, with its own pollers, judges the twin. Needs Node 20 and npm.</summary>
public sealed class ArmNpmClientTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "npm");

    // Only an update that moves no node takes time, so that there is something to abort.
    private static readonly TimingProfile SlowUpdates = TimingProfile.Instant with { PoolUpdate = TimeSpan.FromHours(1) };

    [Fact]
    public async Task AgentPools_CreateListUpdateAbortDelete_WorkWithAzuresOwnPollers()
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], []);
        await using var twin = await ArmTwin.StartAsync(SlowUpdates);
        var authority = Path.Combine(Folder, "ca.pem");
        await File.WriteAllTextAsync(authority, twin.Host.CertificateAuthorityPem);

        var output = await RunAsync("node", ["client.mjs"], new()
        {
            ["NODE_EXTRA_CA_CERTS"] = authority,
            ["ARM_ENDPOINT"] = twin.Host.ArmEndpoint.ToString().TrimEnd('/'),
            ["SUBSCRIPTION"] = twin.Host.Options.SubscriptionId,
            ["GROUP"] = twin.Host.Options.ResourceGroup,
        });

        var expected = JsonNode.Parse(
            """
            {"created":["Succeeded",1,"KataVmIsolation"],"listed":["kata1","systempool"],"updated":["Succeeded",2],
            "conflict":[409,"OperationNotAllowed"],"aborted":"Canceled","slow":"ended without success","kubeconfig":true,
            "refused":[400,"InvalidWorkloadRuntimeSettingError"],"deleted":404}
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(output)), output);
        Assert.Empty(twin.NodesOf("kata1"));
    }

    private static async Task<string> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}");
        return output;
    }
}
