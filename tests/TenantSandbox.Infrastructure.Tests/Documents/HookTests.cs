using System.Diagnostics;
using System.Runtime.Versioning;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>Runs the hook with programs in place of az and sleep that write down how they were called.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class HookTests : IDisposable
{
    private const string Cluster = "/subscriptions/sub-1/resourceGroups/rg-1/providers/Microsoft.ContainerService/managedClusters/aks-1";
    private const string AppId = "00000000-0000-0000-0000-000000000007";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hook-");

    [Fact]
    public void PostProvision_ClusterAnswers_AppliesTheClusterRoleOfTheApp()
    {
        Program("az", "printf '%s ' \"$@\" >>calls; for argument; do case $argument in */cluster-role.yaml) cat \"$argument\" >role;; esac; done; echo 0");

        var (status, _) = Run(AppId, Cluster);

        Assert.Equal(0, status);
        Assert.Contains("aks command invoke --subscription sub-1 --resource-group rg-1 --name aks-1 ", Read("calls"), StringComparison.Ordinal);
        Assert.Contains($"    name: {AppId}\n", Read("role"), StringComparison.Ordinal);
        Assert.DoesNotContain("name: APP_OBJECT_ID", Read("role"), StringComparison.Ordinal);
    }

    [Fact]
    public void PostProvision_RoleTakesEffectLater_TriesAgain()
    {
        Program("az", "echo x >>calls; [ \"$(grep -c x calls)\" -ge 3 ] && echo 0 || echo 1");
        Program("sleep", "echo \"$1\" >>sleeps");

        Assert.Equal(0, Run(AppId, Cluster).Status);

        Assert.Equal("40\n40\n", Read("sleeps"));
    }

    [Fact]
    public void PostProvision_ClusterRefuses_FailsWithWhatToDo()
    {
        Program("az", "exit 1");
        Program("sleep", "true");

        var (status, error) = Run(AppId, Cluster);

        Assert.Equal(1, status);
        Assert.Contains("docs/deploying.md", error, StringComparison.Ordinal);
    }

    [Fact]
    public void PostProvision_WithoutOutputs_FailsWithTheirName()
    {
        var (status, error) = Run(AppId, null);

        Assert.NotEqual(0, status);
        Assert.Contains("TENANTSANDBOX_CLUSTER_RESOURCE_ID", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder.FullName, file));

    private void Program(string name, string script)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int Status, string Error) Run(string? appId, string? cluster)
    {
        var start = new ProcessStartInfo("sh", [RepositoryFiles.Path("infra/hooks/postprovision.sh")]) { WorkingDirectory = _folder.FullName, RedirectStandardError = true };
        start.Environment["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["TENANTSANDBOX_APP_PRINCIPAL_ID"] = appId;
        start.Environment["TENANTSANDBOX_CLUSTER_RESOURCE_ID"] = cluster;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
