using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>
/// Runs JavaScript clients against the twin: the Azure SDK with its pollers and the Kubernetes client with its informer. Needs Node 20 and npm.
/// </summary>
public sealed class NpmClientTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "npm");

    // Updates take time, so that there is an operation to abort.
    private static readonly TimingProfile SlowUpdates = TimingProfile.Instant with { PoolUpdate = TimeSpan.FromHours(1) };

    [Fact]
    public async Task AgentPools_CreateListUpdateAbortDelete_WorkWithTheAzureSdk()
    {
        await using var twin = await ArmTestHost.StartAsync(SlowUpdates);
        var authority = Path.Combine(Path.GetTempPath(), $"ca-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(authority, twin.Host.CertificateAuthorityPem);

        var result = await RunScriptAsync("agent-pools.mjs", new()
        {
            ["NODE_EXTRA_CA_CERTS"] = authority,
            ["ARM_ENDPOINT"] = twin.Host.ArmEndpoint.ToString().TrimEnd('/'),
            ["SUBSCRIPTION"] = twin.Host.Options.SubscriptionId,
            ["GROUP"] = twin.Host.Options.ResourceGroup,
        });

        File.Delete(authority);
        AssertJsonEqual(
            """
            {"created":["Succeeded",1,"KataVmIsolation"],"listed":["kata1","systempool"],"updated":["Succeeded",2],
            "conflict":[409,"OperationNotAllowed"],"aborted":"Canceled","slow":"ended without success","kubeconfig":true,
            "refused":[400,"InvalidWorkloadRuntimeSettingError"],"deleted":404}
            """,
            result);
        Assert.Empty(twin.NodesOf("kata1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Informer_ObjectsChange_ReportsEachEventAndCachesTheRest(bool isBroken)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        if (isBroken)
        {
            api.Host!.InjectedFaults.Add(new InjectedFault { Call = "kube.configmaps.watch", Kind = InjectedFaultKind.LoseAnswer });
        }

        var result = await RunScriptAsync("informer.mjs", new() { ["KUBECONFIG"] = api.KubeconfigPath });

        AssertJsonEqual(
            $$"""
            {"seen":["add twin-1 1","add twin-2 1","delete twin-1 2","update twin-1 2"],"cached":["twin-2"],"broken":{{(isBroken ? "true" : "false")}}}
            """,
            result);
    }

    private static void AssertJsonEqual(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);

    private static async Task<string> RunScriptAsync(string script, Dictionary<string, string> environment)
    {
        var (locked, installed) = (Path.Combine(Folder, "package-lock.json"), Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(locked))
        {
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], []);
        }

        return await RunAsync("node", [script], environment);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}: {await error}");
        return output;
    }
}
