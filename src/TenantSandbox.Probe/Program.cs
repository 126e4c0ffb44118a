using System.Text;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Probe;
using TenantSandbox.Probe.Guest;
using TenantSandbox.Probe.Targets;

if (args is [ListenMode.Name, var port])
{
    return await ListenMode.RunAsync(port);
}

if (args is [Placeholder.Argument])
{
    await Placeholder.HoldAsync();
    return ExitCodes.Done;
}

// Prints one line of JSON to standard output and nothing else. An error is one line on standard error, and an exit code other than 0.
try
{
    var startedAt = DateTimeOffset.UtcNow;
    var request = ProbeRequestReader.Read(Environment.GetEnvironmentVariable(ProbeRequest.EnvironmentVariable));
    var guest = new GuestReader("/");
    var result = new ProbeResult(
        ProbeRequest.CurrentSchema,
        request.Nonce,
        startedAt,
        guest.ReadGuest(),
        guest.ReadProcess(),
        guest.FindTokenMounts(),
        await TargetProbe.TryAllAsync(request.Targets));

    // Opened by hand: Console would need encodings and write in parts.
    await using var output = Console.OpenStandardOutput();
    await output.WriteAsync(Encoding.UTF8.GetBytes(ProbeResultReader.Write(result, request) + "\n"));
    return ExitCodes.Done;
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"tenantsandbox-probe: {e.Message}");
    return ExitCodes.InvalidRequest;
}
catch (GuestException e)
{
    await Console.Error.WriteLineAsync($"tenantsandbox-probe: {e.Message}");
    return ExitCodes.UnreadableGuest;
}
