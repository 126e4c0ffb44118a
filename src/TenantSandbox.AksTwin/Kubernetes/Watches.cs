using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Streams changes: from a revision or from a list of what is there, through selectors, with bookmarks, until the time is up.</summary>
internal sealed class Watches(Cluster cluster)
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    /// <param name="cut">A fault: the connection breaks after the first event.</param>
    public async Task ServeAsync(HttpContext http, ApiCall call, AnswerForm form, bool cut, CancellationToken stopping)
    {
        var labels = LabelSelector.Parse(call.Text("labelSelector"));
        var fields = FieldSelector.Parse(call.Kind!, call.Name.Length > 0 ? $"metadata.name={call.Name}" : call.Text("fieldSelector"));
        var time = cluster.Context.Options.TimeProvider;
        var timeout = call.Number("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : Usual;
        using var timer = new CancellationTokenSource(timeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, http.RequestAborted, stopping);
        var watcher = new Watcher(call.Kind!, call.Namespace);
        var columns = true;
        List<byte[]> first;
        long revision;
        lock (cluster.Gate)
        {
            revision = cluster.Store.Revision;
            first = Begin(call, Matches, Line);
            cluster.Store.Subscribe(watcher);
        }

        try
        {
            http.Response.ContentType = "application/json;stream=watch";
            await http.Response.StartAsync(end.Token);
            foreach (var line in first)
                await http.Response.Body.WriteAsync(line, end.Token);
            await http.Response.Body.FlushAsync(end.Token);
            if (cut && first.Count > 0)
                http.Abort();
            await FollowAsync();
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            if (call.Flag("allowWatchBookmarks"))
                await http.Response.Body.WriteAsync(Bookmark(call.Kind!, revision, false), CancellationToken.None);
        }
        finally
        {
            lock (cluster.Gate)
                cluster.Store.Unsubscribe(watcher);
        }

        bool Matches(StoredObject? item) => item is not null && labels.Matches(item.Json.Object("metadata", "labels")) && fields.Matches(item.Json);

        byte[] Line(string type, StoredObject item)
        {
            var document = form == AnswerForm.Json ? item.Document() : TableRow(item);
            return [.. Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), .. document, (byte)'}', (byte)'\n'];
        }

        byte[] TableRow(StoredObject item)
        {
            var table = Tables.Of(call.Kind!, [item], cluster.Now, item.Revision, call.Text("includeObject"));
            if (!columns)
                table["columnDefinitions"] = null;
            columns = false;
            return Encoding.UTF8.GetBytes(table.ToJsonString());
        }

        async Task FollowAsync()
        {
            using var bookmarks = call.Flag("allowWatchBookmarks")
                ? time.CreateTimer(_ => watcher.Changes.Writer.TryWrite(Tick), null, BookmarkEvery, BookmarkEvery) : null;
            await foreach (var change in watcher.Changes.Reader.ReadAllAsync(end.Token))
            {
                byte[]? line;
                lock (cluster.Gate)
                {
                    if (ReferenceEquals(change, Tick))
                        revision = Math.Max(revision, watcher.Changes.Reader.Count == 0 ? cluster.Store.Revision : revision);
                    else
                        revision = change.Revision;
                    line = ReferenceEquals(change, Tick) ? Bookmark(call.Kind!, revision, false) : Turn(change, Matches, Line);
                }

                if (line is null)
                    continue;
                await http.Response.Body.WriteAsync(line, end.Token);
                if (watcher.Changes.Reader.Count == 0)
                    await http.Response.Body.FlushAsync(end.Token);
                if (cut)
                    http.Abort();
            }
        }
    }

    private static readonly Change Tick = new(0, default, null, null);

    private List<byte[]> Begin(ApiCall call, Func<StoredObject?, bool> matches, Func<string, StoredObject, byte[]> line)
    {
        var version = call.Text("resourceVersion");
        var initial = call.Flag("sendInitialEvents");
        if (initial && call.Text("resourceVersionMatch") != "NotOlderThan")
            throw StatusException.Invalid("meta.k8s.io", "ListOptions", "", [FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]);
        if (initial || version is "" or "0")
        {
            var lines = cluster.Store.List(call.Kind!, call.Namespace).Where(matches).Select(o => line("ADDED", o)).ToList();
            if (initial)
                lines.Add(Bookmark(call.Kind!, cluster.Store.Revision, true));
            return lines;
        }

        if (!long.TryParse(version, System.Globalization.CultureInfo.InvariantCulture, out var from) || from < 0)
            throw StatusException.BadRequest($"Invalid value: \"{version}\": resourceVersion must be a number");
        if (from > cluster.Store.Revision)
            throw new StatusException(504, "Timeout", $"Too large resource version: {from}, current: {cluster.Store.Revision}") { RetryAfter = 1 };
        try
        {
            return [.. cluster.Store.Since(call.Kind!, from).Where(c => call.Namespace.Length == 0 || c.Key.Namespace == call.Namespace)
                .Select(c => Turn(c, matches, line)).OfType<byte[]>()];
        }
        catch (StatusException e) when (e.Code == 410)
        {
            // A watch says this in the stream, not in its status line.
            return [Encoding.UTF8.GetBytes($"{{\"type\":\"ERROR\",\"object\":{e.ToJson().ToJsonString()}}}\n")];
        }
    }

    /// <summary>A change as a selector sees it: what comes into view is added, what leaves it is deleted.</summary>
    private static byte[]? Turn(Change change, Func<StoredObject?, bool> matches, Func<string, StoredObject, byte[]> line)
    {
        var (before, now) = (matches(change.Before), matches(change.Now));
        if (now)
            return line(before ? "MODIFIED" : "ADDED", change.Now!);
        if (!before)
            return null;
        // The last state carries the revision of its disappearance.
        return line("DELETED", change.Now is null ? change.Before! : Gone(change));
    }

    private static StoredObject Gone(Change change)
    {
        var last = change.Before!.Edit();
        last.Ensure("metadata")["resourceVersion"] = change.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new(change.Key, last, change.Revision);
    }

    private static byte[] Bookmark(ResourceKind kind, long revision, bool initialEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = $"{revision}", ["creationTimestamp"] = null };
        if (initialEnd)
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        return Encoding.UTF8.GetBytes($"{{\"type\":\"BOOKMARK\",\"object\":{new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = metadata }.ToJsonString()}}}\n");
    }
}
