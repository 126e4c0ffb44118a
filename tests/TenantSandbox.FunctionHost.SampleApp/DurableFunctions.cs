using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.FunctionHost.SampleApp;

public sealed record Greeting(string Name, int Times);

public sealed record ChainResult(string Version, string Text, Greeting Greeting, string? Missing, byte[] Bytes);

public static class Orchestrations
{
    /// <summary>One activity for each kind of result.</summary>
    [Function(nameof(Chain))]
    public static async Task<ChainResult> Chain([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var text = await context.CallActivityAsync<string>(nameof(Activities.Upper), "quoted \"text\"");
        var greeting = await context.CallActivityAsync<Greeting>(nameof(Activities.Repeat), new Greeting(text, 1));
        var missing = await context.CallActivityAsync<string?>(nameof(Activities.Nothing));
        var bytes = await context.CallActivityAsync<byte[]>(nameof(Activities.Bytes), new byte[] { 1, 2, 3 });
        return new ChainResult(context.Version, text, greeting, missing, bytes);
    }

    /// <summary>Retries what a policy names by the exception's type.</summary>
    [Function(nameof(RetryOfTransientFailures))]
    public static async Task<int> RetryOfTransientFailures([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var policy = new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromMilliseconds(10))
        {
            HandleFailure = failure => failure.IsCausedBy<TimeoutException>(),
        };
        return await context.CallActivityAsync<int>(nameof(Activities.FailTwice), context.InstanceId, TaskOptions.FromRetryPolicy(policy));
    }

    /// <summary>Returns the failure that it sees.</summary>
    [Function(nameof(CatchFailure))]
    public static async Task<string[]> CatchFailure([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync(context.GetInput<string>()!, context.InstanceId);
            return [];
        }
        catch (TaskFailedException exception)
        {
            return [exception.FailureDetails.ErrorType, exception.FailureDetails.ErrorMessage, exception.FailureDetails.InnerFailure?.ErrorType ?? ""];
        }
    }

    [Function(nameof(WaitForEvent))]
    public static async Task<string> WaitForEvent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("go");
    }

    [Function(nameof(Parent))]
    public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        return await context.CallSubOrchestratorAsync<string>(nameof(ReportVersion), context.GetInput<string>());
    }

    [Function(nameof(ReportVersion))]
    public static string ReportVersion([OrchestrationTrigger] TaskOrchestrationContext context) => context.Version;

    [Function(nameof(CountDown))]
    public static int CountDown([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var left = context.GetInput<int>();
        if (left > 0)
        {
            context.ContinueAsNew(left - 1);
        }

        return left;
    }

    [Function(nameof(Fail))]
    public static string Fail([OrchestrationTrigger] TaskOrchestrationContext context) =>
        throw new InvalidOperationException("the orchestration's own failure");

    /// <summary>Blocks the worker in an orchestrator's code until the test lets it continue.</summary>
    [Function(nameof(BlockInOrchestrator))]
    public static async Task<string> BlockInOrchestrator([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Signals.WaitAsync(context.InstanceId, CancellationToken.None).Wait();
        await Task.CompletedTask;
        return "done";
    }

    [Function(nameof(CallCounter))]
    public static async Task<int> CallCounter([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId(nameof(Counter), context.GetInput<string>()!);
        await context.Entities.SignalEntityAsync(counter, "Add", 2);
        await context.Entities.CallEntityAsync(counter, "Add", 3);
        return await context.Entities.CallEntityAsync<int>(counter, "Get");
    }

    /// <summary>Returns the failure of an entity call.</summary>
    [Function(nameof(CatchEntityFailure))]
    public static async Task<string[]> CatchEntityFailure([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.Entities.CallEntityAsync(new EntityInstanceId(nameof(Counter), context.InstanceId), context.GetInput<string>()!, context.InstanceId);
            return [];
        }
        catch (EntityOperationFailedException exception)
        {
            return [exception.FailureDetails.ErrorType, exception.FailureDetails.ErrorMessage, exception.FailureDetails.InnerFailure?.ErrorType ?? ""];
        }
    }
}

public static class Activities
{
    [Function(nameof(Upper))]
    public static string Upper([ActivityTrigger] string text) => text.ToUpperInvariant();

    [Function(nameof(Repeat))]
    public static Greeting Repeat([ActivityTrigger] Greeting greeting) => greeting with { Times = greeting.Times + 1 };

    [Function(nameof(Nothing))]
    public static string? Nothing([ActivityTrigger] object? input) => null;

    [Function(nameof(Bytes))]
    public static byte[] Bytes([ActivityTrigger] byte[] bytes) => [.. bytes.Reverse()];

    [Function(nameof(FailTwice))]
    public static int FailTwice([ActivityTrigger] string name)
    {
        Signals.Started(name);
        var run = Signals.CountStarted(name);
        return run > 2 ? run : throw new TimeoutException("not yet");
    }

    [Function(nameof(Throw))]
    public static void Throw([ActivityTrigger] string name) =>
        throw new InvalidOperationException("the activity's failure", new FormatException("its cause"));

    /// <summary>Runs until the test lets it continue.</summary>
    [Function(nameof(Wait))]
    public static Task Wait([ActivityTrigger] string name) => Signals.WaitAsync(name, CancellationToken.None);
}

public sealed class Counter : TaskEntity<int>
{
    public void Add(int amount) => State += amount;

    public int Get() => State;

    public void Throw(string name) => throw new InvalidOperationException($"refused for {name} at {State}");

    public void Start(string instanceId) =>
        Context.ScheduleNewOrchestration(nameof(Orchestrations.ReportVersion), options: new StartOrchestrationOptions(instanceId));

    /// <summary>Adds one when the test lets it continue.</summary>
    public async Task Wait(string name)
    {
        await Signals.WaitAsync(name, CancellationToken.None);
        State++;
    }

    [Function(nameof(Counter))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Counter>();
}

public static class DurableClients
{
    /// <summary>Starts an orchestration through the durable client's binding.</summary>
    [Function("StartInstance")]
    public static async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}/{instanceId}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string name,
        string instanceId)
    {
        using var reader = new StreamReader(request.Body);
        var input = await reader.ReadToEndAsync();
        await client.ScheduleNewOrchestrationInstanceAsync(
            name, input.Length == 0 ? null : input, new StartOrchestrationOptions(instanceId), request.HttpContext.RequestAborted);
        return new AcceptedResult();
    }
}
