namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Gets, logs and lists. Runs under the cluster's lock.</summary>
internal sealed class Reads(Cluster cluster)
{
    private const int MostContinued = 100;

    /// <summary>What is left of lists that were given in part: it stays as it was at their first page, as in etcd's snapshots.</summary>
    private readonly OrderedDictionary<long, (long Revision, List<StoredObject> Left)> _continued = [];
    private long _token;

    public Answer Answer(ApiCall call)
    {
        if (call.Verb == "list")
        {
            return List(call);
        }

        var live = cluster.Store.Get(call.Key);
        return call.Subresource == "log" ? PodLog.Read(cluster, live, call) : new(200, Tables.Show(call, live, cluster.Now));
    }

    private Answer List(ApiCall call)
    {
        var (revision, items) = call.Text("continue") is { Length: > 0 } token ? Continued(token)
            : (cluster.Store.Revision, [.. cluster.Store.List(call.Kind!, call.Namespace).Where(new Selection(call).Matches)]);
        var meta = Json.Of($$"""{"resourceVersion":{{$"{revision}"}} }""");
        if (call.Number("limit") is > 0 and var limit && limit < items.Count)
        {
            // Revisions jump at a restart, so that no token comes twice.
            _token = Math.Max(_token, revision) + 1;
            _continued.Add(_token, (revision, items[(int)limit..]));
            if (_continued.Count > MostContinued)
            {
                _continued.RemoveAt(0);
            }

            meta["continue"] = $"{_token}";
            meta["remainingItemCount"] = items.Count - limit;
            items = items[..(int)limit];
        }

        if (call.AsTable)
        {
            return new(200, Tables.Of(call, items, cluster.Now, meta));
        }

        var list = string.Join(',', items.Select(i => Encoding.UTF8.GetString(i.Utf8)));
        return new(200, Encoding.UTF8.GetBytes($$"""
            {"kind":"{{call.Kind!.Kind}}List","apiVersion":"{{call.Kind.ApiVersion}}","metadata":{{meta.ToJsonString()}},"items":[{{list}}]}
            """));
    }

    private (long Revision, List<StoredObject> Left) Continued(string token) =>
        !long.TryParse(token, CultureInfo.InvariantCulture, out var key)
            ? throw StatusException.BadRequest("continue key is not valid: it must be the one that the list's last page gave")
            : _continued.TryGetValue(key, out var kept) ? kept
            : throw StatusException.Expired("The provided continue parameter is too old to display a consistent list result. "
                + "You can start a new list without the continue parameter.");
}
