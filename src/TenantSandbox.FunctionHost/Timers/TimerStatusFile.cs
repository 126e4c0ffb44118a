using System.Text.Json;

namespace TenantSandbox.Hosting.Timers;

/// <summary>Keeps a monitored timer's status across restarts of the host, so that a missed occurrence is noticed.</summary>
internal sealed class TimerStatusFile(string stateDirectory, string function, ILogger logger)
{
    private readonly string _path = Path.Combine(stateDirectory, "timers", $"{function}.json");

    /// <summary>The status that was kept; null if there is none or it can't be read, which is logged.</summary>
    public TimerStatus? Read()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<TimerStatus>(File.ReadAllBytes(_path));
        }
        catch (JsonException exception)
        {
            logger.TimerStatusUnreadable(exception, function, _path);
            return null;
        }
    }

    public void Write(TimerStatus status)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var draft = _path + ".new";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(status));
        File.Move(draft, _path, overwrite: true);
    }
}
