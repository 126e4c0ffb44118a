using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace TenantSandbox.Infrastructure.Tests.Documents;

public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows => [.. RepositoryFiles.Find(".yml", ".yaml").Where(f => f.StartsWith(".github/workflows/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_OfAWorkflow_ArePinnedByCommitWithTheirVersion(string file)
    {
        var text = RepositoryFiles.Read(file);

        var used = Uses().Matches(text).Select(m => m.Groups["action"].Value).ToList();

        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, u => !Pinned().IsMatch(u));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_Credentials_AreNone(string file)
    {
        var text = RepositoryFiles.Read(file);

        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        Assert.NotNull(((YamlMappingNode)Yaml.Parse(file)[0])["permissions"]);
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_Jobs_HaveATimeLimit(string file) =>
        Assert.All(((YamlMappingNode)Yaml.Parse(file)[0]["jobs"]).Children.Values, job => Assert.True(((YamlMappingNode)job).Children.ContainsKey("timeout-minutes")));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_DevCommands_Exist(string file)
    {
        var known = DevCase().Matches(RepositoryFiles.Read("dev")).Select(m => m.Groups["command"].Value).ToHashSet();

        Assert.Contains("publish", known);
        Assert.Empty(DevCall().Matches(RepositoryFiles.Read(file)).Select(m => m.Groups["command"].Value).Except(known));
    }

    [Fact]
    public void AzureDev_Deployment_ShowsItsChangesFirst()
    {
        var jobs = Yaml.Parse(".github/workflows/azure-dev.yml")[0]["jobs"];

        Assert.Contains("az deployment sub what-if", string.Concat(Yaml.Values(jobs["preview"], "run")), StringComparison.Ordinal);
        Assert.Equal("preview", (string?)jobs["deploy"]["needs"]);
        Assert.NotNull(jobs["deploy"]["environment"]);
    }

    [Fact]
    public void AzureDev_ProbeImage_IsPushedBeforeTheAppIsTold()
    {
        var steps = Yaml.Values(Yaml.Parse(".github/workflows/azure-dev.yml")[0]["jobs"]["deploy"], "run").Select(r => (string)r!).ToList();
        var push = steps.FindIndex(s => s.Contains("infra/hooks/probe-image.sh", StringComparison.Ordinal));

        Assert.Contains("azd env set TENANTSANDBOX_PROBE_IMAGE", steps[push], StringComparison.Ordinal);
        Assert.Equal(["azd provision --no-prompt", "azd deploy --no-prompt"], steps[(push + 1)..]);
    }

    [Fact]
    public void Ci_GoldenHistories_MayNotBeChanged()
    {
        var job = Yaml.Parse(".github/workflows/ci.yml")[0]["jobs"]["test"];
        var check = Yaml.Values(job, "run").Select(r => (string)r!).Single(r => r.StartsWith("git diff --exit-code", StringComparison.Ordinal));

        Assert.True(Directory.Exists(RepositoryFiles.Path(check.Split(' ')[^1])), check);
        Assert.Equal("2", (string?)Assert.Single(Yaml.Values(job, "fetch-depth")));
    }

    [Fact]
    public void AzureDev_SignIn_IsFederated() =>
        Assert.Equal("write", (string?)Yaml.Parse(".github/workflows/azure-dev.yml")[0]["permissions"]["id-token"]);

    [Fact]
    public void Release_Files_AreZipBillOfMaterialsAndChecksums()
    {
        var steps = string.Concat(Yaml.Values(Yaml.Parse(".github/workflows/release.yml")[0], "run").Select(r => r + "\n"));

        Assert.Contains("./dev publish --entra --require-official", steps, StringComparison.Ordinal);
        Assert.Contains("dotnet-CycloneDX", steps, StringComparison.Ordinal);
        Assert.Contains("sha256sum", steps, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"uses: *(?<action>.*)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^  (?<command>[a-z-]+)\)", RegexOptions.Multiline)]
    private static partial Regex DevCase();

    [GeneratedRegex(@"\./dev (?<command>[a-z-]+)")]
    private static partial Regex DevCall();
}
