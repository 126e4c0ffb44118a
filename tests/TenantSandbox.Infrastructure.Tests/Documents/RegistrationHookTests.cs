using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>Runs the hook that makes the app registration, with a program in place of az that writes down how it was called.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RegistrationHookTests : IDisposable
{
    private const string Client = "00000000-0000-0000-0000-0000000000a1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hook-");

    [Fact]
    public void Roles_OfTheRegistration_AreThoseOfTheApp()
    {
        var roles = JsonNode.Parse(RepositoryFiles.Read("infra/hooks/app-roles.json"))!.AsArray();

        Assert.Equal(Enum.GetNames<CallerRole>(), roles.Select(r => (string?)r!["value"]));
        Assert.Equal(roles.Count, roles.Select(r => Guid.Parse((string)r!["id"]!)).Distinct().Count());
    }

    [Fact]
    public void PreProvision_NoRegistration_MakesOneWithItsRoles()
    {
        var (status, output, calls) = Run(existing: "", given: null);

        Assert.Equal((0, $"TENANTSANDBOX_API_CLIENT_ID={Client}\n"), (status, output));
        Assert.Contains("ad app create --display-name TenantSandbox test --identifier-uris api://tenant-1/tenantsandbox-test", calls, StringComparison.Ordinal);
        Assert.Contains("/app-roles.json", calls, StringComparison.Ordinal);
        Assert.Contains("ad sp create", calls, StringComparison.Ordinal);
    }

    [Fact]
    public void PreProvision_RegistrationExists_KeepsIt()
    {
        var (status, output, calls) = Run(existing: Client, given: null);

        Assert.Equal((0, $"TENANTSANDBOX_API_CLIENT_ID={Client}\n"), (status, output));
        Assert.Contains("ad app list --identifier-uri api://tenant-1/tenantsandbox-test", calls, StringComparison.Ordinal);
        Assert.DoesNotContain(" create ", calls, StringComparison.Ordinal);
    }

    [Fact]
    public void PreProvision_ClientIdGiven_CallsNothing() => Assert.Equal((0, "", ""), Run(existing: "", given: Client));

    public void Dispose() => _folder.Delete(recursive: true);

    private (int Status, string Output, string Calls) Run(string existing, string? given)
    {
        var az = Path.Combine(_folder.FullName, "az");
        File.WriteAllText(az, $"""
            #!/bin/sh
            echo "$@" >>calls
            case "$1 $2 $3" in
              'account show '*) echo tenant-1 ;;
              'ad app list' | 'ad sp list') echo {existing} ;;
              'ad app create' | 'ad sp create') echo {Client} ;;
            esac

            """);
        File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("sh", [RepositoryFiles.Path("infra/hooks/preprovision.sh")]) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{_folder.FullName}:/usr/bin:/bin";
        start.Environment["AZURE_ENV_NAME"] = "test";
        start.Environment["TENANTSANDBOX_API_CLIENT_ID"] = given;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var calls = Path.Combine(_folder.FullName, "calls");
        return (process.ExitCode, output, File.Exists(calls) ? File.ReadAllText(calls) : "");
    }
}
