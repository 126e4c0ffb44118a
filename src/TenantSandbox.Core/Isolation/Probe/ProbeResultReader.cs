using System.Text;
using System.Text.Json;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>
/// Reads what a probe pod printed. The text comes out of a guest that a tenant may control, so nothing in it is trusted: size, characters,
/// ranges and fields are bounded, and the answers must be those to the request. What is read is a claim of the guest about itself; that the
/// claim fits the node and the limits is for the judge to find.
/// </summary>
public static class ProbeResultReader
{
    /// <summary>How much longer than its timeout a target may say that it took, in milliseconds: a busy node delays timers.</summary>
    private const int MaxDelayMilliseconds = 60_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the log of a probe pod.</summary>
    /// <param name="log">The whole log; more than <see cref="ProbeResult.MaxBytes"/> is refused.</param>
    /// <param name="request">What the pod was asked.</param>
    /// <exception cref="FormatException">Says what is wrong. The message is safe to show: it is short and of printable ASCII characters.</exception>
    public static ProbeResult Read(ReadOnlySpan<byte> log, ProbeRequest request)
    {
        if (log.Length > ProbeResult.MaxBytes)
        {
            throw new FormatException($"The probe printed more than {ProbeResult.MaxBytes} bytes.");
        }

        var line = log.TrimEnd("\r\n"u8);
        if (line.IsEmpty)
        {
            throw new FormatException("The probe printed nothing.");
        }

        ProbeResult result;
        try
        {
            result = line.Contains((byte)'\n')
                ? throw new FormatException($"The probe printed more than one line, the first is: {Quote(line[..line.IndexOf((byte)'\n')])}")
                : JsonSerializer.Deserialize(StrictUtf8.GetString(line), ProbeJson.Default.ProbeResult) ?? throw new FormatException("The probe printed null.");
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            throw new FormatException($"The probe printed no result but: {Quote(line)}", e);
        }

        return FindFault(result, request) is { } fault ? throw new FormatException($"The probe's result is invalid: {fault}") : result;
    }

    /// <summary>Writes a result as the one line that a probe prints, without a line end.</summary>
    /// <exception cref="ArgumentException">It isn't an answer to the request, or is too large.</exception>
    public static string Write(ProbeResult result, ProbeRequest request)
    {
        if (FindFault(result, request) is { } fault)
        {
            throw new ArgumentException($"The result is invalid: {fault}", nameof(result));
        }

        var line = JsonSerializer.Serialize(result, ProbeJson.Default.ProbeResult);
        return Encoding.UTF8.GetByteCount(line) < ProbeResult.MaxBytes
            ? line
            : throw new ArgumentException($"The result has more than {ProbeResult.MaxBytes} bytes.", nameof(result));
    }

    private static string Quote(ReadOnlySpan<byte> text) => ProbeText.Clean(Encoding.Latin1.GetString(text[..Math.Min(text.Length, 200)]), 200);

    private static string? FindFault(ProbeResult result, ProbeRequest request) =>
        result.Schema != ProbeRequest.CurrentSchema ? $"schema must be {ProbeRequest.CurrentSchema}, not {result.Schema}."
        : result.Nonce != request.Nonce ? "nonce is not the request's: the result is of another run, or forged."
        : result.StartedAt.Offset != TimeSpan.Zero ? "startedAt must be in UTC."
        : FindFault(result.Guest)
            ?? FindFault(result.Process)
            ?? (result.TokenMounts.Count > ProbeResult.MaxTokenMounts || result.TokenMounts.Any(m => !IsText(m)) ? "tokenMounts must be a short list of paths." : null)
            ?? FindFault(result.Targets, request.Targets);

    private static string? FindFault(ProbeGuest guest) =>
        !IsText(guest.KernelRelease) ? Text("guest.kernelRelease")
        : !IsText(guest.KernelVersion) ? Text("guest.kernelVersion")
        : !ProbeText.IsUuid(guest.BootId) ? "guest.bootId must be a UUID."
        : guest.MemoryBytes is < 1 or > 1L << 50 ? "guest.memoryBytes must be 1 to 2^50."
        : guest.Cpus is < 1 or > 8192 ? "guest.cpus must be 1 to 8192."
        : null;

    private static string? FindFault(ProbeProcess process) =>
        process.UserId is < 0 or > uint.MaxValue ? "process.userId must be a user id."
        : !ProbeText.IsHex(process.EffectiveCapabilities, 16) ? "process.effectiveCapabilities must be 16 lower-case hexadecimal digits."
        : process.Seccomp is < 0 or > 2 ? "process.seccomp must be 0, 1 or 2."
        : null;

    private static string? FindFault(IReadOnlyList<ProbeTargetResult> results, IReadOnlyList<ProbeTarget> targets)
    {
        if (results.Count != targets.Count)
        {
            return $"targets has {results.Count} answers to {targets.Count} questions.";
        }

        for (var i = 0; i < targets.Count; i++)
        {
            // The serializer doesn't check the items of lists for null.
            var fault = results[i] is not { } result ? "is null."
                : result.Name != targets[i].Name ? $"name must be {targets[i].Name}, as asked."
                : !Enum.IsDefined(result.Outcome) ? "outcome is not known."
                : result.Detail.Length > ProbeResult.MaxDetailLength || !ProbeText.IsPrintable(result.Detail)
                    ? $"detail must be at most {ProbeResult.MaxDetailLength} printable ASCII characters."
                : result.Milliseconds < 0 || result.Milliseconds > targets[i].TimeoutMilliseconds + MaxDelayMilliseconds ? "milliseconds is out of range."
                : null;
            if (fault is not null)
            {
                return $"targets[{i}].{fault}";
            }
        }

        return null;
    }

    private static bool IsText(string? text) => text is { Length: > 0 and <= ProbeResult.MaxTextLength } && ProbeText.IsPrintable(text);

    private static string Text(string field) => $"{field} must be 1 to {ProbeResult.MaxTextLength} printable ASCII characters.";
}
