using System.Collections.Concurrent;
using Grpc.Core;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>Takes the streams of worker processes and gives each to the channel that waits for it.</summary>
internal sealed class FunctionRpcService : FunctionRpc.FunctionRpcBase
{
    private readonly ConcurrentDictionary<string, WorkerChannel> _expected = [];

    /// <summary>Announces a worker before its process starts. Streams of unannounced workers are refused.</summary>
    public void Expect(WorkerChannel channel) => _expected[channel.WorkerId] = channel;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)
            || requestStream.Current.StartStream is not { } start
            || !_expected.TryRemove(start.WorkerId, out var channel))
        {
            throw new Grpc.Core.RpcException(
                new Status(StatusCode.PermissionDenied, "The stream must start with the id of a worker that this host started."));
        }

        try
        {
            await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker has ended; its process's exit is reported to those who wait.
        }
    }
}
