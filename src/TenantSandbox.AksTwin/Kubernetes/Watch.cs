using System.Threading.Channels;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A stream of changes: from a revision or what is there, through selectors, with bookmarks, until the time is up.</summary>
internal sealed class Watch(Cluster cluster, ApiCall call)
{
    private const int MostUnread = 30_000;
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    private readonly bool _wantsBookmarks = call.Flag("allowWatchBookmarks");
    private readonly Selection _selection = new(call);
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();

    public string Namespace => call.Namespace;

    /// <param name="cut">A fault: the connection breaks after the first event.</param>
    public async Task ServeAsync(HttpContext http, bool cut)
    {
        var timeout = call.Number("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : Usual;
        lock (cluster.Gate)
        {
            Begin();
            cluster.Store.Subscribe(call.Kind!, this);
        }

        var time = cluster.Context.Options.TimeProvider;
        await using var bookmarks = time.CreateTimer(_ => Mark(), null, BookmarkEvery, BookmarkEvery);
        await using var end = time.CreateTimer(_ => Mark(isLast: true), null, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            http.Response.ContentType = "application/json;stream=watch";
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var line in _lines.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.Body.WriteAsync(line, http.RequestAborted);
                if (cut)
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

    /// <summary>Tells a change as the selector sees it: what comes into view is added, what leaves it is deleted.</summary>
    public void Tell(Change change)
    {
        var (before, now) = (change.Before is { } was && _selection.Matches(was), change.Now is { } item && _selection.Matches(item));
        // Who reads too slowly has to begin anew.
        if (_lines.Reader.Count >= MostUnread)
        {
            _lines.Writer.TryComplete();
        }
        else if (now)
        {
            Write(before ? "MODIFIED" : "ADDED", Tables.Show(call, change.Now!, cluster.Now));
        }
        else if (before)
        {
            Write("DELETED", Tables.Show(call, change.Before!.At(change.Revision), cluster.Now)); // with the revision of its disappearance
        }
    }

    private void Begin()
    {
        var version = call.Text("resourceVersion");
        if (call.Flag("sendInitialEvents"))
        {
            throw StatusException.BadOptions("ListOptions", FieldError.Forbidden(
                "sendInitialEvents", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"));
        }

        if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && version.Length > 0)
        {
            throw StatusException.BadRequest($"Invalid value: \"{version}\": resourceVersion must be a number");
        }

        var oldest = cluster.Store.Oldest(call.Kind!);
        if (from > 0 && from < oldest)
        {
            // A watch says this in the stream, not in its status line.
            Write("ERROR", StatusException.Expired($"too old resource version: {from} ({oldest})").ToAnswer().Body);
            _lines.Writer.TryComplete();
        }

        var missed = from > 0
            ? cluster.Store.Since(call.Kind!, from).Where(c => Namespace.Length == 0 || Namespace == c.Key.Namespace)
            : cluster.Store.List(call.Kind!, Namespace).Select(o => new Change(o.Revision, o.Key, null, o));
        foreach (var change in missed)
        {
            Tell(change);
        }
    }

    private void Mark(bool isLast = false)
    {
        lock (cluster.Gate)
        {
            if (_wantsBookmarks)
            {
                Write("BOOKMARK", JsonSerializer.SerializeToUtf8Bytes(Json.Of($$"""
                    {"kind":{{call.Kind!.Kind}},"apiVersion":{{call.Kind.ApiVersion}},
                    "metadata":{"resourceVersion":{{$"{cluster.Store.Revision}"}} } }
                    """)));
            }

            if (isLast)
            {
                _lines.Writer.TryComplete();
            }
        }
    }

    private void Write(string type, byte[] document) =>
        _lines.Writer.TryWrite([.. Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":"""), .. document, .. "}\n"u8]);
}
