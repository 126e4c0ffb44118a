namespace TenantSandbox.Probe;

/// <summary>How the program ends; the numbers are those of sysexits.h.</summary>
internal static class ExitCodes
{
    /// <summary>A result was printed, whatever it says.</summary>
    public const int Done = 0;

    /// <summary>The request is absent or invalid.</summary>
    public const int InvalidRequest = 64;

    /// <summary>The kernel's files don't say what every Linux kernel says.</summary>
    public const int UnreadableGuest = 71;
}
