namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Answers a request for a log with the options of PodLogOptions: <c>tailLines</c>, <c>sinceSeconds</c>, <c>sinceTime</c>,
/// <c>timestamps</c>, <c>limitBytes</c> and <c>follow</c>, which ends with the container, its pod or the client.
/// </summary>
internal sealed class PodLogStream(Cluster cluster, ApiRequest call)
{
    private readonly bool _hasTimestamps = call.GetQueryFlag("timestamps");
    private readonly long? _tail = call.GetQueryNumber("tailLines");
    private long _bytesLeft = call.GetQueryNumber("limitBytes") ?? long.MaxValue;

    public bool IsFollowing { get; } = call.GetQueryFlag("follow");

    /// <summary>The lines that there are; must be called under the cluster's lock.</summary>
    /// <exception cref="StatusException">The options are wrong, or there is no log.</exception>
    public byte[] ReadLines(StoredObject pod, out PodLog log, out DateTimeOffset until)
    {
        log = PodLog.Find(cluster, pod, call);
        until = cluster.Now;
        var since = Since();
        var lines = log.Lines(until).Where(l => since is null || l.At >= since);
        return Render(_tail is { } tail ? lines.TakeLast((int)Math.Min(tail, int.MaxValue)) : lines);
    }

    /// <summary>Writes what there is and what is added, until the log ends.</summary>
    public async Task FollowAsync(HttpContext http)
    {
        PodLog log = null!;
        DateTimeOffset until = default;
        var uid = "";
        var lines = cluster.Execute(() =>
        {
            var pod = cluster.Store.Get(call.Key);
            uid = pod.Uid;
            return ReadLines(pod, out log, out until);
        });
        http.Response.ContentType = "text/plain";
        while (true)
        {
            await http.Response.Body.WriteAsync(lines, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            if (_bytesLeft <= 0 || log.Ended is not null)
            {
                return;
            }

            var next = until + PodLog.Interval - TimeSpan.FromTicks((until - log.Started).Ticks % PodLog.Interval.Ticks);
            await Task.Delay(next - until, cluster.Context.Options.TimeProvider, http.RequestAborted);
            var after = until;
            if (cluster.Execute(() => FindAgain(uid, log.Started)) is not { } current)
            {
                return;
            }

            (log, until) = current;
            lines = Render(log.Lines(until).Where(l => l.At > after));
        }
    }

    // Null when the pod is gone; the log ends when another container runs in its place.
    private (PodLog Log, DateTimeOffset Now)? FindAgain(string uid, DateTimeOffset started)
    {
        if (cluster.Store.Find(Kinds.Pods, call.Namespace, call.Name) is not { } pod || pod.Uid != uid)
        {
            return null;
        }

        try
        {
            var log = PodLog.Find(cluster, pod, call);
            return log.Started == started ? (log, cluster.Now) : null;
        }
        catch (StatusException)
        {
            return null;
        }
    }

    private DateTimeOffset? Since()
    {
        var (seconds, time) = (call.GetQueryNumber("sinceSeconds"), call.GetQuery("sinceTime"));
        if (seconds is not null && time.Length > 0)
        {
            throw StatusException.BadRequest("at most one of `sinceTime` or `sinceSeconds` may be specified");
        }

        return seconds is not null ? cluster.Now.AddSeconds(-Math.Min(seconds.Value, int.MaxValue))
            : time.Length == 0 ? null
            : DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) ? at
            : throw StatusException.BadRequest($"invalid sinceTime: \"{time}\" is not a time");
    }

    private byte[] Render(IEnumerable<PodLogLine> lines)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => $"{(_hasTimestamps ? $"{l.At.ToTimestamp()} " : "")}{l.Text}\n")));
        text = text.LongLength > _bytesLeft ? text[..(int)_bytesLeft] : text;
        _bytesLeft -= text.Length;
        return text;
    }
}
