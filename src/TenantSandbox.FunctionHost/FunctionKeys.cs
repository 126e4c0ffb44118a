using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Hosting;

/// <summary>The host's keys. A class rather than a record, so that printing one doesn't print the secrets.</summary>
public sealed class FunctionKeys
{
    /// <summary>The name of the file in the state directory.</summary>
    public const string FileName = "keys.json";

    /// <summary>The master key: valid for every function, <c>AuthorizationLevel.Admin</c> included.</summary>
    [JsonPropertyName("masterKey")]
    public required string Master { get; init; }

    /// <summary>The host key <c>default</c>, for functions of level <c>Function</c>; sent as <c>x-functions-key</c> or <c>?code=</c>.</summary>
    [JsonPropertyName("functionKey")]
    public required string Function { get; init; }

    /// <summary>The system key <c>eventgrid_extension</c>, for the Event Grid webhook; sent as <c>?code=</c>.</summary>
    [JsonPropertyName("eventgrid_extension")]
    public required string EventGrid { get; init; }

    /// <summary>The access key of the outgoing topics, sent as <c>aeg-sas-key</c>.</summary>
    [JsonPropertyName("topicKey")]
    public required string Topic { get; init; }

    /// <summary>Reads the keys kept in <paramref name="stateDirectory"/>; the first call creates them, readable by this user only.</summary>
    /// <exception cref="InvalidOperationException">The file doesn't hold keys.</exception>
    public static FunctionKeys LoadOrCreate(string stateDirectory)
    {
        Directory.CreateDirectory(stateDirectory);
        var path = Path.Combine(stateDirectory, FileName);
        if (File.Exists(path))
        {
            try
            {
                return JsonSerializer.Deserialize<FunctionKeys>(File.ReadAllBytes(path)) ?? throw new JsonException("It is null.");
            }
            catch (JsonException exception)
            {
                throw new InvalidOperationException(
                    $"{path} doesn't hold the host's keys: {exception.Message} Delete it to get new ones.", exception);
            }
        }

        var keys = new FunctionKeys { Master = NewKey(), Function = NewKey(), EventGrid = NewKey(), Topic = NewKey() };
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = File.Open(path, options);
        JsonSerializer.Serialize(file, keys);
        return keys;
    }

    /// <summary>Whether <paramref name="presented"/> is one of <paramref name="accepted"/>, in a time that doesn't depend on the key.</summary>
    internal static bool Matches(string? presented, params ReadOnlySpan<string> accepted)
    {
        if (string.IsNullOrEmpty(presented))
        {
            return false;
        }

        var match = false;
        foreach (var key in accepted)
        {
            match |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(presented), Encoding.UTF8.GetBytes(key));
        }

        return match;
    }

    // A key stands in a URL's query without escaping.
    private static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
