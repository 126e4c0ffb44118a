namespace TenantSandbox.Probe.Tests;

internal static class Samples
{
    public const string Nonce = "00112233445566778899aabbccddeeff";
}
