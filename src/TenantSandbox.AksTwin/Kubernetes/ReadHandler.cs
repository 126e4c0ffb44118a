namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Handles get, log and list requests, under the cluster's lock.</summary>
internal sealed class ReadHandler(Cluster cluster)
{
    private const int MaxContinueTokens = 100;

    /// <summary>The remaining items of paged lists by continue token: a snapshot of the first page's revision, as in etcd.</summary>
    private readonly OrderedDictionary<long, (long Revision, List<StoredObject> Remaining)> _continuations = [];
    private long _lastToken;

    public ApiResponse Handle(ApiRequest call)
    {
        RequestOptions.Check(call);
        if (call.Verb == "list")
        {
            return List(call);
        }

        var live = cluster.Store.Get(call.Key);
        return call.Subresource == "log"
            ? new(200, new PodLogStream(cluster, call).ReadLines(live, out _, out _), "text/plain")
            : call.WantsMetadata ? new(200, TablePrinter.MetadataOf(live))
            : new(200, TablePrinter.Render(call, live, cluster.Now));
    }

    private ApiResponse List(ApiRequest call)
    {
        var (revision, items) = call.GetQuery("continue") is { Length: > 0 } token ? GetContinued(token)
            : (cluster.Store.Revision, [.. cluster.Store.List(call.Kind!, call.Namespace).Where(new ListSelector(call).Matches)]);
        var meta = JsonTemplate.Fill($$"""{"resourceVersion":{{$"{revision}"}} }""");
        if (call.GetQueryNumber("limit", NumberStyles.AllowLeadingSign) is > 0 and var limit && limit < items.Count)
        {
            // Revisions jump at a restart, so tokens stay unique.
            _lastToken = Math.Max(_lastToken, revision) + 1;
            _continuations.Add(_lastToken, (revision, items[(int)limit..]));
            if (_continuations.Count > MaxContinueTokens)
            {
                _continuations.RemoveAt(0);
            }

            meta["continue"] = $"{_lastToken}";
            meta["remainingItemCount"] = items.Count - limit;
            items = items[..(int)limit];
        }

        if (call.WantsTable)
        {
            return new(200, TablePrinter.CreateTable(call, items, cluster.Now, meta));
        }

        if (call.WantsMetadata)
        {
            // The API server returns null for no items.
            var heads = items.Count == 0 ? null : new JsonArray([.. items.Select(TablePrinter.MetadataOf)]);
            return new(200, new JsonObject { ["kind"] = "PartialObjectMetadataList", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = meta, ["items"] = heads });
        }

        var list = string.Join(',', items.Select(i => Encoding.UTF8.GetString(i.Utf8)));
        return new(200, Encoding.UTF8.GetBytes($$"""
            {"kind":"{{call.Kind!.Kind}}List","apiVersion":"{{call.Kind.ApiVersion}}","metadata":{{meta.ToJsonString()}},"items":[{{list}}]}
            """));
    }

    private (long Revision, List<StoredObject> Remaining) GetContinued(string token) =>
        !long.TryParse(token, CultureInfo.InvariantCulture, out var key)
            ? throw StatusException.BadRequest("continue key is not valid: use the token of the last page")
            : _continuations.TryGetValue(key, out var kept) ? kept
            : throw StatusException.Expired("The provided continue parameter is too old to display a consistent list result. "
                + "You can start a new list without the continue parameter.");
}
