using System.Text.Json;

namespace TenantSandbox.Local.Hosting;

/// <summary>Reads host.json and local.settings.json into one configuration; the environment wins over both, as in Core Tools.</summary>
internal static class LocalSettings
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static void Load(ConfigurationManager configuration, FunctionHostOptions options)
    {
        configuration.AddInMemoryCollection(ReadHostJson(options.HostJsonPath));
        if (options.LocalSettingsPath is { } path) configuration.AddInMemoryCollection(ReadValues(path));
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(options.Settings);
    }

    private static IEnumerable<KeyValuePair<string, string?>> ReadHostJson(string path)
    {
        using var document = Parse(path);
        return [.. Flatten(HostSettings.Section, document.RootElement)];
    }

    private static IEnumerable<KeyValuePair<string, string?>> ReadValues(string path)
    {
        using var document = Parse(path);
        if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind is JsonValueKind.True)
            throw new InvalidOperationException($"{path}: encrypted settings can't be read here. Run `func settings decrypt` first.");

        return document.RootElement.TryGetProperty("Values", out var values)
            ? [.. values.EnumerateObject().Select(value => KeyValuePair.Create(
                value.Name.Replace("__", ":", StringComparison.Ordinal),
                value.Value.ValueKind is JsonValueKind.String ? value.Value.GetString() : value.Value.GetRawText()))]
            : [];
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path), Lenient);
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"{path} isn't valid JSON: {exception.Message}", exception);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Flatten(string prefix, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Flatten($"{prefix}:{property.Name}", property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Flatten($"{prefix}:{index}", item)),
        JsonValueKind.Null => [KeyValuePair.Create(prefix, (string?)null)],
        JsonValueKind.String => [KeyValuePair.Create(prefix, element.GetString())],
        _ => [KeyValuePair.Create(prefix, (string?)element.GetRawText())],
    };
}
