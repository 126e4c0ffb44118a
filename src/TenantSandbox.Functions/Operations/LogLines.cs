using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace TenantSandbox.Functions.Operations;

/// <summary>Splits a stream into lines without decoding it: a log can have any bytes.</summary>
internal static class LogLines
{
    /// <summary>A longer line is split, so that a log without line ends takes no more memory.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The lines without their ends, as soon as each is complete. The stream is left open.</summary>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (Take(ref buffer, result.IsCompleted) is { } line)
                {
                    yield return line;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static byte[]? Take(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.PositionOf((byte)'\n') is { } end && buffer.GetOffset(end) - buffer.GetOffset(buffer.Start) <= MaxLength)
        {
            var line = buffer.Slice(0, end).ToArray();
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return line;
        }

        if (buffer.IsEmpty || (buffer.Length < MaxLength && !isLast))
        {
            return null;
        }

        var part = buffer.Slice(0, Math.Min(buffer.Length, MaxLength)).ToArray();
        buffer = buffer.Slice(part.Length);
        return part;
    }
}
