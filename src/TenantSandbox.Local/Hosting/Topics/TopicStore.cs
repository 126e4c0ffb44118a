using System.Collections.Concurrent;
using System.Text.Json;

namespace TenantSandbox.Local.Hosting.Topics;

/// <summary>What was published to each outgoing topic, kept as one JSON line an event, once per source and id.</summary>
public sealed class TopicStore
{
    private readonly string _directory;
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);

    internal TopicStore(string stateDirectory) => _directory = Path.Combine(stateDirectory, "topics");

    /// <summary>The events of a topic in the order in which they came, as CloudEvents JSON; empty if there are none.</summary>
    /// <param name="topic">The topic's name.</param>
    public IReadOnlyList<JsonElement> List(string topic) => Open(topic).List();

    /// <summary>Keeps events on disk before it returns.</summary>
    /// <returns>How many of them were new.</returns>
    internal int Add(string topic, IReadOnlyList<JsonElement> events) => Open(topic).Add(events);

    private Topic Open(string name) =>
        _topics.GetOrAdd(name, static (name, directory) => new Topic(Path.Combine(directory, $"{name}.jsonl")), _directory);

    private sealed class Topic
    {
        private readonly string _path;
        private readonly Lock _lock = new();
        private readonly List<JsonElement> _events = [];
        private readonly HashSet<(string Source, string Id)> _known = [];

        public Topic(string path)
        {
            _path = path;
            if (!File.Exists(path)) return;

            var bytes = File.ReadAllBytes(path);
            var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            foreach (var line in System.Text.Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Remember(JsonElement.Parse(line));

            // A last line without its end was cut by a crash before the publisher was answered: the publisher sends it again.
            if (end < bytes.Length)
            {
                using var file = File.Open(path, FileMode.Open);
                file.SetLength(end);
            }
        }

        public IReadOnlyList<JsonElement> List()
        {
            lock (_lock) return [.. _events];
        }

        public int Add(IReadOnlyList<JsonElement> events)
        {
            lock (_lock)
            {
                var added = events.DistinctBy(IdentityOf).Where(one => !_known.Contains(IdentityOf(one))).ToArray();
                if (added.Length == 0) return 0;

                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                using (var file = new FileStream(_path, FileMode.Append))
                {
                    foreach (var one in added)
                    {
                        JsonSerializer.Serialize(file, one);
                        file.WriteByte((byte)'\n');
                    }

                    file.Flush(flushToDisk: true);
                }

                Array.ForEach(added, Remember);
                return added.Length;
            }
        }

        private void Remember(JsonElement one)
        {
            _known.Add(IdentityOf(one));
            _events.Add(one);
        }

        private static (string Source, string Id) IdentityOf(JsonElement one) =>
            (one.GetProperty("source").GetString()!, one.GetProperty("id").GetString()!);
    }
}
