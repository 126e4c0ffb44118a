using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Local.Hosting.Timers;

/// <summary>When a monitored timer ran last and should run next: what tells a late run after a stop from one in time.</summary>
internal sealed class TimerStatusFile(string stateDirectory, string function)
{
    private readonly string _path = Path.Combine(stateDirectory, "timers", $"{function}.json");

    public ScheduleStatus? Read() =>
        File.Exists(_path) ? JsonSerializer.Deserialize<ScheduleStatus>(File.ReadAllBytes(_path)) : null;

    public void Write(ScheduleStatus status)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var draft = _path + ".new";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(status));
        File.Move(draft, _path, overwrite: true);
    }
}
