using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Operations;

/// <summary>A pod's log that was opened, or why it could not be.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Stream">The log; null when it could not be opened.</param>
/// <param name="Failure">Why not; null when it was.</param>
internal sealed record OpenedLog(string Pod, ClusterStream? Stream, string? Failure);

/// <summary>
/// Streams the logs of a workload's pods as text: one pod after the other, or all at once when they are followed. Lines of this system
/// begin with <c>tenantsandbox:</c>. It ends with the logs, with the client, or at a limit, which the last line states. Nothing of a log
/// is stored or logged.
/// </summary>
internal sealed partial class WorkloadLog(
    IReadOnlyList<OpenedLog> logs, bool isFollowing, LogOptions limits, TimeProvider time, ILogger logger, CancellationToken cancellationToken) : IResult
{
    private const int MaxUnread = 1000;
    private const int MaxUnflushed = 32 * 1024;

    private readonly bool _hasPrefix = logs.Count > 1;
    private long _written;
    private int _unflushed;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        // A tenant decides what its log contains.
        response.Headers.XContentTypeOptions = "nosniff";
        using var limit = new CancellationTokenSource(limits.TimeLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, httpContext.RequestAborted, cancellationToken);
        try
        {
            await response.StartAsync(linked.Token);
            foreach (var failed in logs.Where(l => l.Failure is not null))
            {
                await WriteAsync(response, Notice($"{failed.Pod} has no log: {failed.Failure}"), linked.Token);
            }

            await (isFollowing ? FollowAsync(response, linked.Token) : CopyAsync(response, linked.Token));
            await response.BodyWriter.FlushAsync(linked.Token);
        }
        catch (LogLimitException)
        {
            await EndAsync(response, $"the answer ends after {limits.MaxBytes} bytes; ask for less with tailLines or since", httpContext.RequestAborted);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !httpContext.RequestAborted.IsCancellationRequested)
        {
            var seconds = limits.TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await EndAsync(response, $"the answer ends after {seconds} s; ask again with since", httpContext.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected, or the host stops.
        }
        finally
        {
            foreach (var log in logs)
            {
                log.Stream?.Dispose();
            }

            LogRead(httpContext.Request.Path, _written, logs.Count);
        }
    }

    private async Task CopyAsync(HttpResponse response, CancellationToken token)
    {
        foreach (var log in logs.Where(l => l.Stream is not null))
        {
            await foreach (var line in LinesAsync(log, token))
            {
                await WriteAsync(response, line, token);
            }
        }
    }

    private async Task FollowAsync(HttpResponse response, CancellationToken token)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var lines = Channel.CreateBounded<byte[]>(MaxUnread);
        var sources = SendAllAsync(lines.Writer, end.Token);
        try
        {
            await response.BodyWriter.FlushAsync(token);
            while (await lines.Reader.WaitToReadAsync(token))
            {
                while (lines.Reader.TryRead(out var line))
                {
                    await WriteAsync(response, line, token);
                }

                await response.BodyWriter.FlushAsync(token);
                _unflushed = 0;
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(sources);
        }
    }

    private async Task SendAllAsync(ChannelWriter<byte[]> lines, CancellationToken token)
    {
        try
        {
            await Task.WhenAll(logs.Where(l => l.Stream is not null).Select(log => SendAsync(log, lines, token)));
            lines.Complete();
        }
        catch (Exception e)
        {
            // The reader throws it.
            lines.Complete(e);
            throw;
        }
    }

    private async Task SendAsync(OpenedLog log, ChannelWriter<byte[]> lines, CancellationToken token)
    {
        await foreach (var line in LinesAsync(log, token))
        {
            await lines.WriteAsync(line, token);
        }
    }

    /// <summary>The lines of one pod's log as they are answered; a lost connection ends them with a line that says so.</summary>
    private async IAsyncEnumerable<byte[]> LinesAsync(OpenedLog log, [EnumeratorCancellation] CancellationToken token)
    {
        var prefix = _hasPrefix ? Encoding.UTF8.GetBytes($"[{log.Pod}] ") : [];
        await using var lines = LogLines.ReadAsync(log.Stream!.Body, token).GetAsyncEnumerator(token);
        while (true)
        {
            var isLost = false;
            try
            {
                if (!await lines.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                isLost = true;
            }

            if (isLost)
            {
                yield return Notice($"the connection to the log of {log.Pod} was lost; ask again with since");
                yield break;
            }

            yield return [.. prefix, .. lines.Current];
        }
    }

    private async Task WriteAsync(HttpResponse response, byte[] line, CancellationToken token)
    {
        if (_written + line.Length + 1 > limits.MaxBytes)
        {
            throw new LogLimitException();
        }

        response.BodyWriter.Write([.. line, (byte)'\n']);
        _written += line.Length + 1;
        _unflushed += line.Length + 1;
        if (_unflushed >= MaxUnflushed)
        {
            await response.BodyWriter.FlushAsync(token);
            _unflushed = 0;
        }
    }

    private static async Task EndAsync(HttpResponse response, string notice, CancellationToken aborted)
    {
        try
        {
            response.BodyWriter.Write([.. Notice(notice), (byte)'\n']);
            await response.BodyWriter.FlushAsync(aborted);
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected meanwhile.
        }
    }

    private static byte[] Notice(string text) => Encoding.UTF8.GetBytes($"tenantsandbox: {text}");

    [LoggerMessage(1021, LogLevel.Information, "GET {Path} answered {Bytes} bytes of the logs of {Pods} pods")]
    private partial void LogRead(string path, long bytes, int pods);

    private sealed class LogLimitException : Exception;
}
