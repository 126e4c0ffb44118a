using System.Globalization;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Node images come out weekly; the newest is the one of the last Thursday, and Kata pools have images of their own.</summary>
internal static class NodeImages
{
    public static string Newest(AgentPool pool, DateTimeOffset now)
    {
        var thursday = now.UtcDateTime.Date.AddDays(-(((int)now.UtcDateTime.DayOfWeek - (int)DayOfWeek.Thursday + 7) % 7));
        var family = pool.Text("osSKU") switch
        {
            "Ubuntu" or "Ubuntu2204" or "Ubuntu2404" => "AKSUbuntu-2404gen2containerd",
            _ => IsKata(pool) ? "AKSAzureLinux-V3katagen2" : "AKSAzureLinux-V3gen2",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{family}-{thursday:yyyyMM.dd}.0");
    }

    public static bool IsKata(AgentPool pool) => pool.Text("workloadRuntime") is "KataVmIsolation" or "KataMshvVmIsolation";
}
