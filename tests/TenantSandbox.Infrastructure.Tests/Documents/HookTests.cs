using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>Runs the hook with programs in place of az and sleep that write down how they were called.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class HookTests : IDisposable
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

    [Theory]
    [InlineData("", "az acr build --registry crx --image tenantsandbox-probe:0123456789ab --file src/TenantSandbox.Probe/Dockerfile ")]
    [InlineData("docker", "docker push crx.azurecr.io/tenantsandbox-probe:0123456789ab")]
    public void ProbeImage_Builder_PushesAndPrintsTheDigest(string builder, string expected)
    {
        BuildTools("sha256:abc");

        var (status, output, error) = RunProbeImage(builder);

        Assert.True(status == 0, error);
        Assert.Equal("crx.azurecr.io/tenantsandbox-probe@sha256:abc\n", output);
        Assert.Contains(expected, Read("calls"), StringComparison.Ordinal);
        // What the Dockerfile copies is in the context.
        Assert.Equal(
            Copied().Matches(RepositoryFiles.Read("src/TenantSandbox.Probe/Dockerfile")).SelectMany(m => m.Groups["file"].Captures).Select(c => c.Value).Order(StringComparer.Ordinal),
            Read("context").TrimEnd().Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ProbeImage_NoDigest_Fails()
    {
        BuildTools("");

        var (status, output, error) = RunProbeImage("");

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("no digest", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder.FullName, file));

    private void Program(string name, string script)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void BuildTools(string digest)
    {
        var calls = Path.Combine(_folder.FullName, "calls");
        // The context is the last argument of both builders.
        var build = $"for context; do :; done; case $2 in build) ls -A \"$context\" \"$context/src\" | sed \"s|^TenantSandbox|src/&|\" | grep -vx -e src -e '.*:' -e '' >{_folder.FullName}/context;; esac";
        Program("git", "case $1 in rev-parse) echo 0123456789ab;; archive) shift 2; tar -c \"$@\";; esac");
        Program("az", $"echo az \"$@\" >>{calls}; {build}; case \"$*\" in *repository*) echo {digest};; esac");
        Program("docker", $"echo docker \"$@\" >>{calls}; set -- docker \"$@\"; {build}");
    }

    private (int Status, string Output, string Error) RunProbeImage(string builder) => Run(
        "probe-image.sh", builder, new() { ["AZURE_CONTAINER_REGISTRY_NAME"] = "crx", ["AZURE_CONTAINER_REGISTRY_ENDPOINT"] = "crx.azurecr.io" });

    private (int Status, string Error) Run(string? appId, string? cluster)
    {
        var (status, _, error) = Run(
            "postprovision.sh", "", new() { ["TENANTSANDBOX_APP_PRINCIPAL_ID"] = appId, ["TENANTSANDBOX_CLUSTER_RESOURCE_ID"] = cluster });
        return (status, error);
    }

    private (int Status, string Output, string Error) Run(string hook, string argument, Dictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo("sh", [RepositoryFiles.Path($"infra/hooks/{hook}"), argument])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        // Both are short, so neither pipe fills.
        var (output, error) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        return (process.ExitCode, output, error);
    }

    [GeneratedRegex(@"(?m)^COPY (?!--from)((?<file>\S+) )+\S+$")]
    private static partial Regex Copied();
}
