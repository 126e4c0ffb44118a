using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>A tenant whose secret is a canary lives a whole life; then the canary is looked for wherever the system writes.</summary>
[Collection(SharedSystemCollection.Name)]
public sealed class SecretCanaryTests(SharedSystem shared) : IAsyncLifetime
{
    private const string Tenant = "canarian";
    private const string Address = $"https://{LocalSystemOptions.TenantVault}.vault.azure.net/secrets/{Tenant}--db";

    private readonly List<(string Place, byte[] Bytes)> _seen = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => shared.System.OffboardAllAsync();

    [Theory]
    [InlineData("plain", "x v@lue\"<1>+/é y")]
    [InlineData("base64", "{\"data\":\"dkBsdWUiPDE+Ky/DqQ==\"}")]
    [InlineData("JSON", "v@lue\\u0022\\u003C1\\u003E\\u002B/\\u00E9")]
    [InlineData("URL", "?q=v%40lue%22%3C1%3E%2B%2F%C3%A9")]
    public void FindIn_EachForm_IsFound(string form, string text) =>
        Assert.Contains(form, new Canary("v@lue\"<1>+/é").FindIn(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Lifecycle_SecretOfATenant_IsNowhereButInItsNamespace()
    {
        Canary[] canaries = [];
        string Next()
        {
            var value = $"canary-{Guid.NewGuid():n}\"<&>+/\\é=";
            canaries = [.. canaries, new Canary(value)];
            return value;
        }

        var system = shared.System;
        shared.Logs.IsOn = true;
        await LiveAsync(system, system.Twin, Next);
        shared.Logs.IsOn = false;
        _seen.Add(("events", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(system.Events))));
        await ReadFilesAsync(system.StateDirectory);
        _seen.Add(("logs", Encoding.UTF8.GetBytes(shared.Logs.Text)));
        foreach (var (place, bytes) in _seen)
        {
            Assert.All(canaries, c => Assert.Equal([], c.FindIn(bytes).Select(form => $"{place}: {form}")));
        }

        // The same search finds what is there: the tenant in every place, and a plain variable in the stored specs.
        foreach (var place in (string[])["logs", "events", "http", "database"])
        {
            Assert.Contains(_seen, s => s.Place.StartsWith(place, StringComparison.Ordinal) && new Canary(Tenant).FindIn(s.Bytes).Contains("plain"));
        }

        Assert.Contains(_seen, s => s.Place.StartsWith("file", StringComparison.Ordinal) && new Canary("control-<in a variable>").FindIn(s.Bytes).Any());
    }

    private async Task LiveAsync(TestSystem system, TwinHost twin, Func<string> next)
    {
        void Set(string value) => twin.Vaults.Set(LocalSystemOptions.TenantVault, $"{Tenant}--db", value);
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(
            KubernetesYaml.Deserialize<k8s.KubeConfigModels.K8SConfiguration>(twin.Kubeconfig())));
        async Task<string> StoredAsync() => Encoding.UTF8.GetString((await client.CoreV1.ReadNamespacedSecretAsync("db", $"tenant-{Tenant}")).Data["password"]);

        var first = next();
        Set(first);
        await KeepAsync(await system.Http.PostAsJsonAsync("/api/tenants?dryRun=true", Request(1)));
        await KeepAsync(await system.Http.PostAsJsonAsync("/api/tenants", Request(1)));
        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync(Tenant)).Phase);
        Assert.Equal(first, await StoredAsync());
        await ReadAllAsync(system);

        // Renewed by the timer's task, and rolled out.
        var second = next();
        Set(second);
        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();
        Assert.Equal(second, await StoredAsync());
        await ReadAllAsync(system);

        await KeepAsync(await system.PutAsync(Tenant, Request(2), ifMatch: 1));
        Assert.Equal(2, (await system.SettleAsync(Tenant)).Revision);
        await KeepAsync(await system.ActAsync($"tenants/{Tenant}/suspend"));
        Assert.Equal(TenantPhase.Suspended, (await system.SettleAsync(Tenant)).Phase);
        await KeepAsync(await system.ActAsync($"tenants/{Tenant}/resume"));
        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync(Tenant)).Phase);

        // Withdrawn: a condition, and the last value.
        twin.Vaults.Enable(LocalSystemOptions.TenantVault, $"{Tenant}--db", isEnabled: false);
        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();
        Assert.Equal("False", await system.ConditionAsync(Tenant, "SecretsCurrent"));
        Assert.Equal(second, await StoredAsync());
        await ReadAllAsync(system);

        // An API server that quotes the object that it refuses.
        var third = next();
        Set(third);
        twin.InjectedFaults.Add(new InjectedFault
        {
            Call = "kube.secrets.patch",
            Target = "db",
            Status = 422,
            Code = "Invalid",
            Skip = 1,
            Times = 1,
            Message = $"Secret is invalid: data: {third} {Convert.ToBase64String(Encoding.UTF8.GetBytes(third))}",
        });
        await KeepAsync(await system.PutAsync(Tenant, Request(3), ifMatch: 2));
        var failed = await system.SettleAsync(Tenant);
        Assert.Equal("Invalid", (await system.GetJsonAsync($"/api/tenants/{Tenant}")).GetProperty("lastError").GetProperty("code").GetString());
        Assert.Equal(TenantPhase.Ready, failed.Phase);
        await ReadAllAsync(system);

        await KeepAsync(await system.OffboardAsync(Tenant));
        Assert.Equal(TenantPhase.Offboarded, (await system.SettleAsync(Tenant)).Phase);
        await system.WaitUntilNothingRunsAsync();
        await ReadAllAsync(system);
        Assert.Empty((await client.CoreV1.ListNamespacedSecretAsync("tenantsandbox-dry-runs")).Items);
        Assert.DoesNotContain((await client.CoreV1.ListSecretForAllNamespacesAsync()).Items, s => s.Metadata.Name == "db");
    }

    private async Task ReadAllAsync(TestSystem system)
    {
        string[] paths =
        [
            "/api/tenants", $"/api/tenants/{Tenant}", $"/api/tenants/{Tenant}/explain", $"/api/tenants/{Tenant}/history", $"/api/tenants/{Tenant}/workloads",
            $"/api/tenants/{Tenant}/workloads/web/logs", "/api/maintenance",
        ];
        foreach (var path in paths)
        {
            await KeepAsync(await system.Http.GetAsync(new Uri(path, UriKind.Relative)));
        }

        var last = (await system.GetJsonAsync($"/api/tenants/{Tenant}")).GetProperty("lastOperation").GetProperty("id").GetString();
        await KeepAsync(await system.Http.GetAsync(new Uri($"/api/operations/{last}", UriKind.Relative)));
    }

    private async Task KeepAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"{response.RequestMessage?.RequestUri}: {response.StatusCode}");
            byte[] bytes = [.. Encoding.UTF8.GetBytes(response.Headers.ToString()), .. await response.Content.ReadAsByteArrayAsync()];
            _seen.Add(($"http {response.RequestMessage?.RequestUri?.AbsolutePath}", bytes));
        }
    }

    // Raw bytes, of SQLite's write-ahead log and index too. The twin's files are the cluster's and the vault's. A lock that is held can't be opened.
    private async Task ReadFilesAsync(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var name = Path.GetRelativePath(directory, file);
            if (name.StartsWith($"twin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                continue;
            }

            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            _seen.Add(($"{(name.Contains(".db", StringComparison.Ordinal) ? "database" : "file")} {name}", copy.ToArray()));
        }
    }

    private static JsonObject Request(long revision)
    {
        var request = TenantRequests.Onboard(Tenant, revision, image: $"registry.example/app:{revision}");
        request["secretRefs"] = new JsonArray(new JsonObject { ["name"] = "db", ["items"] = new JsonObject { ["password"] = Address }, ["rollout"] = true });
        var workload = request["workloads"]![0]!;
        workload["env"] = new JsonObject
        {
            ["CONTROL"] = "control-<in a variable>",
            ["PASSWORD"] = new JsonObject { ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = "db", ["key"] = "password" } } },
        };
        workload["envFrom"] = new JsonArray(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = "db" } });
        workload["secretMounts"] = new JsonArray(new JsonObject { ["name"] = "db", ["mountPath"] = "/etc/db" });
        return request;
    }
}
