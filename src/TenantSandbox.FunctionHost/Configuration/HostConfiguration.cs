using System.Text.Json;

namespace TenantSandbox.Hosting.Configuration;

/// <summary>The app settings and host.json in one configuration: options over environment over local.settings.json over host.json.</summary>
internal static class HostConfiguration
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="InvalidOperationException">A file is missing or isn't valid JSON.</exception>
    public static void Load(IConfigurationBuilder configuration, FunctionHostOptions options)
    {
        configuration.AddInMemoryCollection(ReadHostJson(Path.Combine(options.AppDirectory, "host.json")));
        configuration.AddInMemoryCollection(ReadLocalSettings(options).Select(setting => KeyValuePair.Create(KeyOf(setting.Key), setting.Value)));
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(options.Settings.Select(setting => KeyValuePair.Create(KeyOf(setting.Key), setting.Value)));
    }

    /// <summary>What the worker's environment has on top of the host's; a null value removes a variable.</summary>
    public static IReadOnlyDictionary<string, string?> WorkerEnvironment(FunctionHostOptions options)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in ReadLocalSettings(options))
        {
            if (Environment.GetEnvironmentVariable(name) is null)
            {
                environment[VariableOf(name)] = value;
            }
        }

        foreach (var (name, value) in options.Settings)
        {
            environment[VariableOf(name)] = value;
        }

        return environment;
    }

    private static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    private static string VariableOf(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    private static KeyValuePair<string, string?>[] ReadHostJson(string path)
    {
        using var document = Parse(path);
        return [.. Flatten(HostSettings.Section, document.RootElement)];
    }

    private static KeyValuePair<string, string?>[] ReadLocalSettings(FunctionHostOptions options)
    {
        if (options.LocalSettingsPath is not { } path)
        {
            return [];
        }

        using var document = Parse(path);
        if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind is JsonValueKind.True)
        {
            throw new InvalidOperationException($"{path}: encrypted settings can't be read here. Run `func settings decrypt` first.");
        }

        return document.RootElement.TryGetProperty("Values", out var values)
            ? [.. values.EnumerateObject().Select(value => KeyValuePair.Create(
                value.Name,
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
        catch (IOException exception)
        {
            throw new InvalidOperationException($"{path} can't be read: {exception.Message}", exception);
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
