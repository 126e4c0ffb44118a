using YamlDotNet.RepresentationModel;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>Reads YAML files of the repository.</summary>
internal static class Yaml
{
    /// <summary>The root of each document in a file.</summary>
    public static IReadOnlyList<YamlNode> Parse(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(RepositoryFiles.Read(file)));
        return [.. stream.Documents.Select(d => d.RootNode)];
    }

    /// <summary>All values with a key, at any depth.</summary>
    public static IEnumerable<YamlNode> Values(YamlNode node, string key) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(c => ((string?)c.Key == key ? [c.Value] : Array.Empty<YamlNode>()).Concat(Values(c.Value, key))),
        YamlSequenceNode list => list.SelectMany(n => Values(n, key)),
        _ => [],
    };
}
