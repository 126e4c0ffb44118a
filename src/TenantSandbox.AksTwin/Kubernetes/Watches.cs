using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Streams changes: from a revision or from a list of what is there, through selectors, with bookmarks, until the time is up.</summary>
internal sealed class Watches(Cluster cluster)
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    /// <param name="cut">A fault: the connection breaks after the first event.</param>
    public async Task ServeAsync(HttpContext http, ApiCall call, bool cut)
    {
        var selection = new Selection(call);
        var timeout = call.Number("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : Usual;
        var watcher = new Watcher(call.Namespace);
        lock (cluster.Gate)
        {
            Begin(call, watcher);
            cluster.Store.Subscribe(call.Kind!, watcher);
        }

        var time = cluster.Context.Options.TimeProvider;
        await using var bookmarks = time.CreateTimer(_ => Mark(), null, BookmarkEvery, BookmarkEvery);
        await using var end = time.CreateTimer(_ => End(), null, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            http.Response.ContentType = "application/json;stream=watch";
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var change in watcher.Changes.Reader.ReadAllAsync(http.RequestAborted))
            {
                byte[]? line;
                lock (cluster.Gate)
                    line = Line(call, change, selection);
                if (line is not null)
                    await http.Response.Body.WriteAsync(line, http.RequestAborted);
                if (line is not null && cut)
                    http.Abort();
            }
        }
        catch (StatusException e)
        {
            // A watch says this in the stream, not in its status line.
            await http.Response.Body.WriteAsync(Event("ERROR", JsonSerializer.SerializeToUtf8Bytes(e.ToJson())), http.RequestAborted);
        }
        finally
        {
            lock (cluster.Gate)
                cluster.Store.Unsubscribe(call.Kind!, watcher);
        }

        // A bookmark is a change of nothing; it takes its place after all that it covers.
        void Mark()
        {
            lock (cluster.Gate)
            {
                if (call.Flag("allowWatchBookmarks"))
                    watcher.Changes.Writer.TryWrite(new(cluster.Store.Revision, call.Key, null, null));
            }
        }

        void End()
        {
            Mark();
            watcher.Changes.Writer.TryComplete();
        }
    }

    private void Begin(ApiCall call, Watcher watcher)
    {
        var version = call.Text("resourceVersion");
        if (call.Flag("sendInitialEvents"))
            throw StatusException.BadOptions("ListOptions", FieldError.Forbidden(
                "sendInitialEvents", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"));
        if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && version.Length > 0)
            throw StatusException.BadRequest($"Invalid value: \"{version}\": resourceVersion must be a number");
        try
        {
            var missed = from == 0
                ? cluster.Store.List(call.Kind!, call.Namespace).Select(o => new Change(o.Revision, o.Key, null, o))
                : cluster.Store.Since(call.Kind!, from).Where(c => call.Namespace.Length == 0 || c.Key.Namespace == call.Namespace);
            foreach (var change in missed)
                watcher.Changes.Writer.TryWrite(change);
        }
        catch (StatusException tooOld)
        {
            watcher.Changes.Writer.TryComplete(tooOld);
        }
    }

    /// <summary>A change as a selector sees it: what comes into view is added, what leaves it is deleted.</summary>
    private byte[]? Line(ApiCall call, Change change, Selection selection)
    {
        if (change is { Before: null, Now: null })
            return Event("BOOKMARK", Encoding.UTF8.GetBytes($$$"""
                {"kind":"{{{call.Kind!.Kind}}}","apiVersion":"{{{call.Kind.ApiVersion}}}","metadata":{"resourceVersion":"{{{change.Revision}}}"}}
                """));
        return (change.Before is { } was && selection.Matches(was), change.Now is { } now && selection.Matches(now)) switch
        {
            (false, true) => Event("ADDED", Document(change.Now!)),
            (true, true) => Event("MODIFIED", Document(change.Now!)),
            // The last state carries the revision of its disappearance.
            (true, false) => Event("DELETED", Document(change.Before!.At(change.Revision))),
            _ => null,
        };

        byte[] Document(StoredObject shown) => !call.AsTable ? shown.Document() : JsonSerializer.SerializeToUtf8Bytes(
            Tables.Of(call, [shown], cluster.Now, new() { ["resourceVersion"] = $"{shown.Revision}" }));
    }

    private static byte[] Event(string type, byte[] document) =>
        [.. Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":"""), .. document, .. "}\n"u8];
}
