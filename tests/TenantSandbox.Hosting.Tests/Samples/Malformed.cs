using Azure.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Hosting.Tests.Samples;

#pragma warning disable CA1000 // Static members of a generic type are the point here.
/// <summary>Functions that no host can run. Generic, so that discovery in this assembly passes them by: tests name the closed types.</summary>
public static class Malformed<T>
{
    public static class NoTrigger
    {
        [Function("Alone")]
        public static void Alone(T value) => _ = value;
    }

    public static class TwoTriggers
    {
        [Function("Both")]
        public static void Both([TimerTrigger("0 * * * * *")] TimerInfo timer, [QueueTrigger("q")] string message) => _ = (timer, message);
    }

    public static class SameName
    {
        [Function("Twice")]
        public static void First([TimerTrigger("0 * * * * *")] TimerInfo timer) => _ = timer;

        [Function("twice")]
        public static void Second([TimerTrigger("0 * * * * *")] TimerInfo timer) => _ = timer;
    }

    public static class BadName
    {
        [Function("a/../b")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => _ = timer;
    }

    public static class BatchWithoutArray
    {
        [Function("Batch")]
        public static void Run([EventGridTrigger(IsBatched = true)] CloudEvent one) => _ = one;
    }

    public static class ArrayWithoutBatch
    {
        [Function("Array")]
        public static void Run([EventGridTrigger] CloudEvent[] all) => _ = all;
    }

    public static class EventOfUnknownType
    {
        [Function("Unknown")]
        public static void Run([EventGridTrigger] int one) => _ = one;
    }

    public static class MessageOfUnknownType
    {
        [Function("Unknown")]
        public static void Run([QueueTrigger("q")] int message) => _ = message;
    }

    public static class HttpWithUnknownResult
    {
        [Function("Unknown")]
        public static int Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => (int)request.ContentLength!;
    }

    public sealed class InstanceOrchestrator(T state)
    {
        [Function("Instance")]
        public Task<T> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(context.IsReplaying ? default! : state);
    }

    public static class OrchestratorWithService
    {
        [Function("Service")]
        public static Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string input, TimeProvider time) =>
            Task.FromResult((context, input, time));
    }

    public static class ActivityWithService
    {
        [Function("Service")]
        public static Task RunAsync([ActivityTrigger] string input, DurableTaskClient client) => Task.FromResult((input, client));
    }

    public static class EntityElsewhere
    {
        [Function("Elsewhere")]
        public static Task RunAsync([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<CounterEntity>();
    }
}
