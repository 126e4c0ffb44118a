using System.Globalization;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Guest;

/// <summary>Reads what the kernel says about itself and about this process: proc(5) and sysfs, no calls into libc.</summary>
/// <param name="root">The root of the file system; another one in tests.</param>
internal sealed class GuestReader(string root)
{
    /// <summary>Mounts that are looked at; a pod has a dozen.</summary>
    private const int MaxMounts = 512;

    /// <summary>The kernel and its machine.</summary>
    /// <exception cref="GuestException">A file can't be read.</exception>
    public ProbeGuest ReadGuest() => new(
        ReadLine("proc/sys/kernel/osrelease"),
        ReadLine("proc/sys/kernel/version"),
        ReadLine("proc/sys/kernel/random/boot_id"),
        ReadMemory(),
        CountCpus());

    /// <summary>The privileges of this process.</summary>
    /// <exception cref="GuestException">The file can't be read.</exception>
    public ProbeProcess ReadProcess()
    {
        const string file = "proc/self/status";
        var status = ReadFields(file);
        return new ProbeProcess(
            Number(file, Field(file, status, "Uid").Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, var effective, ..] ? effective : ""),
            Field(file, status, "CapEff"),
            // A kernel that is built without seccomp has no such line.
            (int)Number(file, status.GetValueOrDefault("Seccomp", "0")),
            Field(file, status, "NoNewPrivs") == "1");
    }

    /// <summary>
    /// The mount points below a <c>run/secrets</c>, where Kubernetes mounts tokens, and any other with a file called <c>token</c>.
    /// </summary>
    /// <exception cref="GuestException">The mounts can't be read.</exception>
    public IReadOnlyList<string> FindTokenMounts() =>
    [
        .. Read("proc/self/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Take(MaxMounts)
            .Select(l => l.Split(' '))
            .Where(f => f.Length > 4)
            // The kernel escapes only these characters of a mount point (proc_pid_mountinfo(5)).
            .Select(f => f[4].Replace("\\040", " ", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal))
            .Where(m => $"{m}/".Contains("/run/secrets/", StringComparison.Ordinal) || File.Exists(Path.Join(root, m, "token")))
            .Select(m => ProbeText.Clean(m, ProbeResult.MaxTextLength))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Take(ProbeResult.MaxTokenMounts),
    ];

    private static string Field(string file, Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) ?? throw new GuestException($"/{file} has no line {name}.");

    private static long Number(string file, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new GuestException($"/{file}: '{ProbeText.Clean(text, 40)}' is no number.");

    private long ReadMemory()
    {
        const string file = "proc/meminfo";
        var total = Field(file, ReadFields(file), "MemTotal");
        return total.EndsWith(" kB", StringComparison.Ordinal)
            ? Number(file, total[..^3]) * 1024
            : throw new GuestException($"/{file}: MemTotal is not in kB.");
    }

    /// <summary>Counts the processors of a list such as <c>0-2,5</c>.</summary>
    private int CountCpus()
    {
        const string file = "sys/devices/system/cpu/online";
        long count = 0;
        foreach (var range in ReadLine(file).Split(','))
        {
            var ends = range.Split('-', 2);
            count += Number(file, ends[^1]) - Number(file, ends[0]) + 1;
        }

        return (int)count;
    }

    private string ReadLine(string file) => ProbeText.Clean(Read(file).Trim(), ProbeResult.MaxTextLength);

    /// <summary>Reads lines of a name, a colon and a value.</summary>
    private Dictionary<string, string> ReadFields(string file) => Read(file).Split('\n')
        .Select(l => l.Split(':', 2))
        .Where(p => p.Length == 2)
        .DistinctBy(p => p[0])
        .ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Join(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuestException($"/{file} can't be read: {e.Message}", e);
        }
    }
}
