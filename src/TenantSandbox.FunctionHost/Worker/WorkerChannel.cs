using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>The message stream of one worker process: one writer, answers matched by request or invocation id.</summary>
internal sealed class WorkerChannel(string workerId, WorkerLogs logs)
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _requests = [];
    private readonly ConcurrentDictionary<string, Invocation> _invocations = [];
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Exception? _closed;

    public string WorkerId { get; } = workerId;

    /// <summary>Ends when the worker has opened its stream.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Ends when the worker's stream has ended or the channel is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Where the worker takes HTTP requests; null if it doesn't.</summary>
    public Uri? HttpUri { get; set; }

    /// <summary>Carries messages until the worker ends its stream or the channel is closed.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        _connected.TrySetResult();
        var write = WriteAsync();
        try
        {
            while (await incoming.MoveNext(cancellationToken))
            {
                Dispatch(incoming.Current);
            }
        }
        finally
        {
            _ended.TrySetResult();
            _outgoing.Writer.TryComplete();
            await write;
        }

        async Task WriteAsync()
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    await outgoing.WriteAsync(message, cancellationToken);
                }
                catch (Exception exception) when (exception is InvalidOperationException or IOException or OperationCanceledException)
                {
                    // The stream is broken: the process has ended or is about to, and closing the channel fails what waits for an answer.
                    return;
                }
            }
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="WorkerProcessExitException">The worker exited first.</exception>
    public async Task<StreamingMessage> RequestAsync(StreamingMessage request, CancellationToken cancellationToken)
    {
        request.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[request.RequestId] = answer;
        Send(request);
        FailIfClosed(answer);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends an invocation.</summary>
    /// <returns>The worker's answer; fails with <see cref="WorkerProcessExitException"/> if the worker exits first.</returns>
    public Task<InvocationResponse> InvokeAsync(FunctionDefinition function, InvocationRequest request)
    {
        var invocation = new Invocation(function);
        _invocations[request.InvocationId] = invocation;
        Send(new StreamingMessage { RequestId = request.InvocationId, InvocationRequest = request });
        FailIfClosed(invocation.Response);
        return invocation.Response.Task;
    }

    /// <summary>Cancels the token of a running function.</summary>
    public void Cancel(string invocationId) =>
        Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });

    /// <summary>Asks the worker to end on its own.</summary>
    public void Terminate(TimeSpan gracePeriod) =>
        Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = new() { Seconds = (long)gracePeriod.TotalSeconds } } });

    /// <summary>Fails everything that waits for an answer.</summary>
    public void Close(Exception reason)
    {
        _closed = reason;
        _connected.TrySetException(reason);
        _ended.TrySetResult();
        _outgoing.Writer.TryComplete();
        foreach (var request in _requests.Values)
        {
            request.TrySetException(reason);
        }

        foreach (var invocation in _invocations.Values)
        {
            invocation.Response.TrySetException(reason);
        }
    }

    // A closed channel takes no message; who waits for the answer is failed by Close.
    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private void FailIfClosed<T>(TaskCompletionSource<T> answer)
    {
        if (_closed is { } reason)
        {
            answer.TrySetException(reason);
        }
    }

    private void Dispatch(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.RpcLog:
                logs.Write(message.RpcLog, _invocations.GetValueOrDefault(message.RpcLog.InvocationId)?.Function);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                {
                    invocation.Response.TrySetResult(message.InvocationResponse);
                }

                break;
            default:
                if (_requests.TryRemove(message.RequestId, out var answer))
                {
                    answer.TrySetResult(message);
                }

                break;
        }
    }

    private sealed record Invocation(FunctionDefinition Function)
    {
        public TaskCompletionSource<InvocationResponse> Response { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
