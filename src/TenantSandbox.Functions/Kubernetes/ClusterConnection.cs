namespace TenantSandbox.Functions.Kubernetes;

/// <summary>A client that is disposed of as soon as it is replaced and its last call has ended.</summary>
internal sealed class ClusterConnection(Func<Task<k8s.Kubernetes>> open)
{
    private readonly Lazy<Task<k8s.Kubernetes>> _client = new(open);
    private readonly Lock _gate = new();
    private int _calls;
    private bool _isRetired;
    private bool _isDisposed;

    /// <summary>Opened on first use; the same failure for all callers if that fails.</summary>
    public Task<k8s.Kubernetes> Client => _client.Value;

    /// <summary>Registers a call; false when the connection was replaced.</summary>
    public bool TryBeginCall()
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            _calls++;
            return true;
        }
    }

    /// <summary>Ends a call.</summary>
    public void EndCall()
    {
        lock (_gate)
        {
            _calls--;
        }

        DisposeIfUnused();
    }

    /// <summary>Accepts no further calls.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _isRetired = true;
        }

        DisposeIfUnused();
    }

    private void DisposeIfUnused()
    {
        lock (_gate)
        {
            if (!_isRetired || _calls > 0 || _isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        if (_client is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            _client.Value.Result.Dispose();
        }
    }
}
