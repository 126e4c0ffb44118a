using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class VersionTests
{
    [Fact]
    public async Task Start_WithoutVersion_GetsTheDefaultAndChildrenToo()
    {
        await using TaskHost host = Versioned("2.0");
        await host.Orchestrator("child", context => Task.FromResult(context.Version))
            .Orchestrator("parent", async context =>
                $"{context.Version} {context.CompareVersionTo("1.10") > 0} {await context.CallSubOrchestratorAsync<string>("child")} "
                + await context.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions { Version = "1.5" }))
            .StartAsync();

        Assert.Equal("2.0 True 2.0 1.5", await host.ResultAsync<string>("parent"));
    }

    [Theory]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "1.0", true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "3.0", false)]
    [InlineData(VersionMatchStrategy.Strict, "1.0", false)]
    [InlineData(VersionMatchStrategy.Strict, "2.0", true)]
    [InlineData(VersionMatchStrategy.None, "3.0", true)]
    public async Task Start_OfAVersion_RunsOrFailsByStrategy(VersionMatchStrategy match, string version, bool runs)
    {
        await using TaskHost host = Versioned("2.0", match, VersionFailureStrategy.Fail);
        await host.Orchestrator("any", _ => Task.FromResult(1)).StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("any", new StartOrchestrationOptions { Version = version });

        OrchestrationMetadata done = await host.CompletionAsync(id);

        Assert.Equal(runs ? null : "VersionMismatch", done.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task Start_OfARejectedVersion_WaitsForAnEngineThatTakesIt()
    {
        await using TaskHost host = Versioned("2.0");
        await host.Orchestrator("any", _ => Task.FromResult(1)).StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("any", new StartOrchestrationOptions { Version = "3.0" });
        await host.WhenIdleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await host.StopAsync();
        host.Options = host.Options with { DefaultVersion = "3.0" };
        await host.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.CompletionAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task ContinueAsNew_WithNewVersion_RunsOnUnderIt()
    {
        await using TaskHost host = Versioned("2.0");
        await host.Orchestrator("migrates", context =>
        {
            if (context.Version == "1.0")
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
            }

            return Task.FromResult(context.Version);
        }).StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("migrates", new StartOrchestrationOptions { Version = "1.0" });

        Assert.Equal("2.0", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    private static TaskHost Versioned(
        string version, VersionMatchStrategy match = VersionMatchStrategy.CurrentOrOlder, VersionFailureStrategy failure = VersionFailureStrategy.Reject)
    {
        TaskHost host = new();
        host.Options = host.Options with { DefaultVersion = version, VersionMatch = match, VersionFailure = failure };
        return host;
    }
}
