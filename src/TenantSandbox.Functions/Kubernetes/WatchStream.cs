using System.Runtime.CompilerServices;
using k8s;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads a watch until it ends.</summary>
internal static class WatchStream
{
    /// <summary>
    /// The events of a watch. The end of the stream, by its time limit or a lost connection, is not a failure: callers read
    /// the state again. Depending on the HTTP version the client reports either as an exception.
    /// </summary>
    public static async IAsyncEnumerable<(WatchEventType Type, T Item)> UntilEndAsync<T>(
        this IAsyncEnumerable<(WatchEventType, T)> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = events.GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(stream, cancellationToken))
        {
            yield return stream.Current;
        }
    }

    private static async Task<bool> MoveNextAsync<T>(IAsyncEnumerator<T> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException { InnerException: IOException }
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
