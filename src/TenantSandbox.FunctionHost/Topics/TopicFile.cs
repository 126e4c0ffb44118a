using System.Text;
using System.Text.Json;

namespace TenantSandbox.Hosting.Topics;

/// <summary>The events of one topic, in memory and in a file of JSON lines.</summary>
internal sealed class TopicFile
{
    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly List<JsonElement> _events = [];
    private readonly HashSet<(string Source, string Id)> _known = [];

    public TopicFile(string path)
    {
        _path = path;
        if (!File.Exists(path))
        {
            return;
        }

        var bytes = File.ReadAllBytes(path);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Remember(JsonElement.Parse(line));
        }

        // A last line without its end was cut off by a crash before the publisher got its answer: the publisher sends it again.
        if (end < bytes.Length)
        {
            using var file = File.Open(path, FileMode.Open);
            file.SetLength(end);
        }
    }

    public IReadOnlyList<JsonElement> List()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    /// <summary>Adds the events that aren't known yet; they are on disk when it returns.</summary>
    /// <returns>How many were added.</returns>
    public int Add(IReadOnlyList<JsonElement> events)
    {
        lock (_lock)
        {
            var added = events.DistinctBy(IdentityOf).Where(item => !_known.Contains(IdentityOf(item))).ToArray();
            if (added.Length == 0)
            {
                return 0;
            }

            Append(added);
            foreach (var item in added)
            {
                Remember(item);
            }

            return added.Length;
        }
    }

    private void Append(JsonElement[] events)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        using var file = new FileStream(_path, FileMode.Append);
        foreach (var item in events)
        {
            JsonSerializer.Serialize(file, item);
            file.WriteByte((byte)'\n');
        }

        file.Flush(flushToDisk: true);
    }

    private void Remember(JsonElement item)
    {
        _known.Add(IdentityOf(item));
        _events.Add(item);
    }

    private static (string Source, string Id) IdentityOf(JsonElement item) =>
        (item.GetProperty("source").GetString()!, item.GetProperty("id").GetString()!);
}
