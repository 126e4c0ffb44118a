using System.Collections.Concurrent;
using System.Text.Json;

namespace TenantSandbox.Hosting.Topics;

/// <summary>What was published to each outgoing topic, kept as one JSON line per event, once per source and id.</summary>
public sealed class TopicStore
{
    private readonly string _directory;
    private readonly ConcurrentDictionary<string, TopicFile> _topics = new(StringComparer.Ordinal);

    internal TopicStore(string stateDirectory) => _directory = Path.Combine(stateDirectory, "topics");

    /// <summary>The events of a topic in the order of their arrival, as CloudEvents JSON; empty if there are none.</summary>
    /// <param name="topic">The topic's name.</param>
    public IReadOnlyList<JsonElement> List(string topic) => Open(topic).List();

    /// <summary>Adds events; they are on disk when it returns.</summary>
    /// <returns>How many of them were new.</returns>
    internal int Add(string topic, IReadOnlyList<JsonElement> events) => Open(topic).Add(events);

    private TopicFile Open(string name) =>
        _topics.GetOrAdd(name, static (name, directory) => new TopicFile(Path.Combine(directory, $"{name}.jsonl")), _directory);
}
