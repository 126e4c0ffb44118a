using System.Text;

namespace TenantSandbox.Functions.Tests.Operations;

/// <summary>A stream that tells when a text has been written to it.</summary>
internal sealed class SignalStream(MemoryStream inner) : Stream
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Waits at most 30 s until exactly this text has been written.</summary>
    public async Task UntilAsync(string text)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (Encoding.UTF8.GetString(inner.ToArray()) == text)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            inner.Write(buffer, offset, count);
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
