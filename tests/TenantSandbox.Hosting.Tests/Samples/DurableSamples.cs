using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Hosting.Tests.Samples;

public sealed record Greeting(string Name, int Times);

public sealed class DurableSamples(Recorder recorder)
{
    [Function("StartGreeting")]
    public static async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "greetings/{name}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string name,
        CancellationToken cancellation)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Greet", new Greeting(name, 2), cancellation);
        return new AcceptedResult($"{request.Path}/{id}", new { id });
    }

    [Function("Greet")]
    public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context, Greeting greeting)
    {
        var lines = new List<string>();
        for (var i = 0; i < greeting.Times; i++) lines.Add(await context.CallActivityAsync<string>("SayHello", greeting));
        var count = await context.Entities.CallEntityAsync<int>(new EntityInstanceId(nameof(CounterEntity), greeting.Name), "Add", lines.Count);
        return $"{string.Join(' ', lines)} {count}";
    }

    [Function("SayHello")]
    public async Task<string> SayHello(
        [ActivityTrigger] Greeting greeting, string instanceId, FunctionContext context, CancellationToken cancellation)
    {
        await recorder.RecordAsync($"{context.FunctionDefinition.Name} in {instanceId}", cancellation);
        return $"Hello {greeting.Name}!";
    }
}

public sealed class CounterEntity(Recorder recorder) : TaskEntity<int>
{
    [Function(nameof(CounterEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<CounterEntity>();

    public async Task<int> Add(int more)
    {
        await recorder.RecordAsync($"add {more}");
        return State += more;
    }
}
