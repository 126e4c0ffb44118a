using k8s.Autorest;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The streamed answer of an API server. Its client isn't disposed of before it.</summary>
internal sealed class ClusterStream(HttpOperationResponse<Stream> answer, ClusterConnection connection) : IDisposable
{
    private int _isDisposed;

    /// <summary>The body, which ends when the server has sent all.</summary>
    public Stream Body => answer.Body;

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
