namespace TenantSandbox.Probe.Guest;

/// <summary>A file of the kernel is absent or doesn't read as documented. The message names it.</summary>
internal sealed class GuestException(string message, Exception? inner = null) : Exception(message, inner);
