using System.Threading.Channels;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Tests;

/// <summary>One call of a function.</summary>
internal sealed record Invocation(FunctionDefinition Function, TypedData Value, IReadOnlyDictionary<string, TypedData> Metadata);

/// <summary>Stands for the worker: records invocations in their order and does what a test wants.</summary>
internal sealed class FakeInvoker : IFunctionInvoker
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly Channel<Invocation> _invocations = Channel.CreateUnbounded<Invocation>();

    /// <summary>What every function does after its invocation was recorded.</summary>
    public Func<Invocation, CancellationToken, Task> Run { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Recorded invocations that no test has taken yet.</summary>
    public int Count => _invocations.Reader.Count;

    public async Task<InvocationResult> InvokeAsync(
        FunctionDefinition function,
        TypedData triggerInput,
        IReadOnlyDictionary<string, TypedData> triggerMetadata,
        CancellationToken cancellationToken)
    {
        var invocation = new Invocation(function, triggerInput, triggerMetadata);
        _invocations.Writer.TryWrite(invocation);
        await Run(invocation, cancellationToken);
        return new InvocationResult(null, new Dictionary<string, TypedData>());
    }

    public Task<Invocation> NextAsync() => _invocations.Reader.ReadAsync().AsTask().WaitAsync(Timeout);
}
