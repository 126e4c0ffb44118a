using System.Threading.Channels;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// A watch request: streams selected changes since a revision, or the current objects first, with bookmarks, until its time-out.
/// </summary>
internal sealed class WatchStream(Cluster cluster, ApiRequest call)
{
    private const int MaxUnread = 30_000;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);

    private readonly bool _wantsBookmarks = call.GetQueryFlag("allowWatchBookmarks");
    private readonly ListSelector _selector = new(call);
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();

    public string Namespace => call.Namespace;

    /// <param name="abortAfterFirst">Injected fault: abort the connection after the first event.</param>
    public async Task ServeAsync(HttpContext http, bool abortAfterFirst)
    {
        var timeout = call.GetQueryNumber("timeoutSeconds") is > 0 and var seconds
            ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400))
            : DefaultTimeout;
        RequestOptions.Check(call);
        lock (cluster.Gate)
        {
            SendInitialEvents();
            cluster.Store.Subscribe(call.Kind!, this);
        }

        var time = cluster.Context.Options.TimeProvider;
        await using var bookmarks = time.CreateTimer(_ => SendBookmark(), null, BookmarkInterval, BookmarkInterval);
        await using var end = time.CreateTimer(_ => SendBookmark(isLast: true), null, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            http.Response.ContentType = "application/json;stream=watch";
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var line in _lines.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.Body.WriteAsync(line, http.RequestAborted);
                if (abortAfterFirst)
                {
                    http.Abort();
                }
            }
        }
        finally
        {
            lock (cluster.Gate)
            {
                cluster.Store.Unsubscribe(call.Kind!, this);
            }
        }
    }

    /// <summary>
    /// Sends a change as the selectors see it: an object that starts to match is ADDED, one that no longer matches is DELETED.
    /// </summary>
    public void Send(Change change)
    {
        var (matchedBefore, matchesNow) = (
            change.Before is { } before && _selector.Matches(before), change.After is { } after && _selector.Matches(after));
        // A client that reads too slowly must start a new watch.
        if (_lines.Reader.Count >= MaxUnread)
        {
            _lines.Writer.TryComplete();
        }
        else if (matchesNow)
        {
            Write(matchedBefore ? "MODIFIED" : "ADDED", TablePrinter.Render(call, change.After!, cluster.Now));
        }
        else if (matchedBefore)
        {
            Write("DELETED", TablePrinter.Render(call, change.Before!.WithRevision(change.Revision), cluster.Now));
        }
    }

    private void SendInitialEvents()
    {
        var version = call.GetQuery("resourceVersion");
        if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && version.Length > 0)
        {
            throw StatusException.BadRequest($"Invalid value: \"{version}\": resourceVersion must be a number");
        }

        var oldest = cluster.Store.OldestRevision(call.Kind!);
        if (from > 0 && from < oldest && !call.GetQueryFlag("sendInitialEvents"))
        {
            // A watch reports this in the stream, with status 200.
            Write("ERROR", StatusException.Expired($"too old resource version: {from} ({oldest})").ToResponse().Body);
            _lines.Writer.TryComplete();
        }

        // A streamed list starts with the current objects, which are no older than any revision that a client has seen.
        var isList = call.GetQueryFlag("sendInitialEvents");
        var isContinuation = !isList && call.GetQuery("sendInitialEvents").Length > 0 && from == 0;
        var changes = isContinuation ? [] : from > 0 && !isList
            ? cluster.Store.ChangesSince(call.Kind!, from).Where(c => Namespace.Length == 0 || Namespace == c.Key.Namespace)
            : cluster.Store.List(call.Kind!, Namespace).Select(o => new Change(o.Revision, o.Key, null, o));
        foreach (var change in changes)
        {
            Send(change);
        }

        if (isList && _wantsBookmarks)
        {
            WriteBookmark(endsInitialEvents: true);
        }
    }

    private void SendBookmark(bool isLast = false)
    {
        lock (cluster.Gate)
        {
            if (_wantsBookmarks)
            {
                WriteBookmark();
            }

            if (isLast)
            {
                _lines.Writer.TryComplete();
            }
        }
    }

    private void WriteBookmark(bool endsInitialEvents = false)
    {
        var annotations = endsInitialEvents ? new Dictionary<string, string> { ["k8s.io/initial-events-end"] = "true" } : null;
        Write("BOOKMARK", JsonSerializer.SerializeToUtf8Bytes(JsonTemplate.Fill($$"""
            {"kind":{{call.Kind!.Kind}},"apiVersion":{{call.Kind.ApiVersion}},
            "metadata":{"resourceVersion":{{$"{cluster.Store.Revision}"}},"annotations":{{annotations}} } }
            """)));
    }

    private void Write(string type, byte[] document) =>
        _lines.Writer.TryWrite([.. Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":"""), .. document, .. "}\n"u8]);
}
