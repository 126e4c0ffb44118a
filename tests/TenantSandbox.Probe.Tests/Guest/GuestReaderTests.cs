using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Probe.Guest;

namespace TenantSandbox.Probe.Tests.Guest;

public sealed class GuestReaderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("guest").FullName;

    public GuestReaderTests()
    {
        Write("proc/sys/kernel/osrelease", "6.6.137.mshv1-1.azl3\n");
        Write("proc/sys/kernel/version", "#1 SMP PREEMPT Thu Aug 20 03:04:05 UTC 2026\n");
        Write("proc/sys/kernel/random/boot_id", "f2136ca1-3055-4e14-af58-687a008e6e0a\n");
        Write("proc/meminfo", "MemTotal:         507904 kB\nMemFree:          400000 kB\n");
        Write("sys/devices/system/cpu/online", "0-2,5\n");
        Write("proc/self/status", "Name:\tprobe\nUid:\t0\t65532\t65532\t65532\nCapEff:\t0000000000000400\nNoNewPrivs:\t1\nSeccomp:\t2\n");
        Write("proc/self/mountinfo", "1 0 0:1 / / ro - overlay overlay ro\n2 1 0:2 / /proc rw - proc proc rw\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void ReadGuest_Files_ReadsEach() => Assert.Equal(
        new ProbeGuest(
            "6.6.137.mshv1-1.azl3", "#1 SMP PREEMPT Thu Aug 20 03:04:05 UTC 2026", "f2136ca1-3055-4e14-af58-687a008e6e0a", 507904 * 1024, 4),
        new GuestReader(_root).ReadGuest());

    [Fact]
    public void ReadGuest_ThisMachine_IsWhatTheRuntimeSees()
    {
        var guest = new GuestReader("/").ReadGuest();

        Assert.StartsWith($"{Environment.OSVersion.Version.ToString(2)}.", guest.KernelRelease, StringComparison.Ordinal);
        Assert.InRange(guest.MemoryBytes, 1L << 26, 1L << 50);
        Assert.InRange(guest.Cpus, 1, 8192);
    }

    [Theory]
    [InlineData("proc/meminfo", "MemTotal: many kB", "/proc/meminfo: 'many' is no number.")]
    [InlineData("proc/meminfo", "MemTotal: 12 MB", "/proc/meminfo: MemTotal is not in kB.")]
    [InlineData("proc/meminfo", "MemFree: 12 kB", "/proc/meminfo has no line MemTotal.")]
    [InlineData("sys/devices/system/cpu/online", "0-x", "/sys/devices/system/cpu/online: 'x' is no number.")]
    [InlineData("sys/devices/system/cpu/online", "", "/sys/devices/system/cpu/online: '' is no number.")]
    public void ReadGuest_OtherContent_NamesTheFile(string file, string content, string message)
    {
        Write(file, content);

        Assert.Equal(message, Assert.Throws<GuestException>(() => new GuestReader(_root).ReadGuest()).Message);
    }

    [Fact]
    public void ReadGuest_FileIsAbsent_NamesTheFile()
    {
        File.Delete(Path.Join(_root, "proc/sys/kernel/random/boot_id"));

        var message = Assert.Throws<GuestException>(() => new GuestReader(_root).ReadGuest()).Message;

        Assert.StartsWith("/proc/sys/kernel/random/boot_id can't be read: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadProcess_Status_ReadsTheEffectivePrivileges() =>
        Assert.Equal(new ProbeProcess(65532, "0000000000000400", 2, NoNewPrivileges: true), new GuestReader(_root).ReadProcess());

    [Fact]
    public void ReadProcess_KernelWithoutSeccomp_HasModeOff()
    {
        Write("proc/self/status", "Uid:\t1\t1\t1\t1\nCapEff:\t0000000000000000\nNoNewPrivs:\t0\n");

        Assert.Equal(new ProbeProcess(1, "0000000000000000", 0, NoNewPrivileges: false), new GuestReader(_root).ReadProcess());
    }

    [Fact]
    public void FindTokenMounts_NoToken_IsEmpty() => Assert.Empty(new GuestReader(_root).FindTokenMounts());

    [Fact]
    public void FindTokenMounts_TokensAtUsualAndOtherPlaces_AreNamed()
    {
        Write("my data/token", "a token");
        Write("other/file", "none");
        Write(
            "proc/self/mountinfo",
            """
            1 0 0:1 / / ro - overlay overlay ro
            2 1 0:2 / /var/run/secrets/kubernetes.io/serviceaccount ro - tmpfs tmpfs rw
            3 1 0:3 / /my\040data ro - tmpfs tmpfs rw
            4 1 0:4 / /other ro - tmpfs tmpfs rw
            5 1 0:5 / /run/secrets ro - tmpfs tmpfs rw
            """);

        Assert.Equal(["/my data", "/run/secrets", "/var/run/secrets/kubernetes.io/serviceaccount"], new GuestReader(_root).FindTokenMounts());
    }

    private void Write(string file, string content)
    {
        var path = Path.Join(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
