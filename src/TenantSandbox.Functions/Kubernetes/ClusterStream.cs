using System.Text;
using k8s.Autorest;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The streamed answer of an API server. Its client isn't disposed of before it.</summary>
internal sealed class ClusterStream(HttpOperationResponse<Stream> answer, ClusterConnection connection) : IDisposable
{
    private int _isDisposed;

    /// <summary>The body, which ends when the server has sent all.</summary>
    public Stream Body => answer.Body;

    /// <summary>Reads the beginning of the body as UTF-8.</summary>
    /// <param name="maxBytes">The most bytes that are read.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<string> ReadTextAsync(int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[maxBytes];
        var count = await Body.ReadAtLeastAsync(buffer, maxBytes, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }

    /// <summary>Ends the request, also in the middle of its answer.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            answer.Body.Dispose();
            answer.Dispose();
            connection.EndCall();
        }
    }
}
