using System.Net;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Hosting.Tests;

public sealed class DurableFunctionTests
{
    [Fact]
    public async Task Orchestration_StartedOverHttp_RunsActivitiesAndEntityByTheirAttributes()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/api/greetings/Ada");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
        Assert.EndsWith($"/greetings/Ada/{id}", answer.Headers.Location!.ToString(), StringComparison.Ordinal);

        var done = await host.Host.DurableClient.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
        Assert.Equal("Hello Ada! Hello Ada! 2", done.ReadOutputAs<string>());
        Assert.Equal($"SayHello in {id}", await host.Recorder.NextAsync<string>());
        Assert.Equal($"SayHello in {id}", await host.Recorder.NextAsync<string>());
        Assert.Equal("add 2", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Orchestration_WhenTheHostStops_GoesOnInTheNext()
    {
        var state = Directory.CreateTempSubdirectory("durable-");
        try
        {
            string id;
            await using (var first = await RunningHost.StartAsync(stateDirectory: state.FullName))
            {
                first.Recorder.Then = (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                var answer = await first.SendAsync(HttpMethod.Post, "/api/greetings/Ada");
                id = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
                await first.Recorder.NextAsync<string>();
            }

            await using var second = await RunningHost.StartAsync(stateDirectory: state.FullName);
            var done = await second.Host.DurableClient.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);

            Assert.Equal("Hello Ada! Hello Ada! 2", done.ReadOutputAs<string>());
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task HostJson_WithDurableSettings_ReachesTheEngine()
    {
        Local.Engine.EngineOptions? seen = null;
        await using var host = await RunningHost.StartAsync(
            """
            { "version": "2.0", "extensions": { "durableTask": {
                "maxConcurrentActivityFunctions": 7, "maxConcurrentOrchestratorFunctions": 8, "maxConcurrentEntityFunctions": 9,
                "defaultVersion": "2.1", "versionMatchStrategy": "Strict", "versionFailureStrategy": "Fail" } } }
            """,
            configureEngine: options => seen = options);

        Assert.Equal((7, 8, 9, "2.1"), (
            seen!.MaxConcurrentActivities, seen.MaxConcurrentOrchestrations, seen.MaxConcurrentEntities, seen.DefaultVersion));
        Assert.Equal(Local.Engine.VersionMatchStrategy.Strict, seen.VersionMatch);
        Assert.Equal(Local.Engine.VersionFailureStrategy.Fail, seen.VersionFailure);
    }

    [Fact]
    public void TheApp_AsItIs_HasOneTriggerAFunction()
    {
        var functions = FunctionDiscovery.Find(typeof(Functions.ServiceCollectionExtensions).Assembly.GetTypes());

        Assert.Contains(functions, function => function.Name == "OnboardOrchestration");
    }
}
