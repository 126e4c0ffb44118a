using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Operations;

/// <summary>Reads of a tenant's cluster for an HTTP answer, within a time that a caller waits.</summary>
internal sealed partial class ClusterReads(TimeProvider time, ILogger<ClusterReads> logger)
{
    /// <summary>A cluster that can't be reached often refuses no connection, so that a read would wait for minutes.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    /// <summary>Where the tenant's namespace is, or may be: its placement, or that of the operation that is placing it.</summary>
    /// <returns>Null when nothing of the tenant is on a cluster.</returns>
    public static TenantNamespaceRef? NamespaceOf(TenantState state) =>
        (state.Placement ?? state.Leftovers.LastOrDefault(x => x.HasNamespace && x.Incarnation == state.Incarnation)?.Placement) is { } placement
            ? new(state.TenantId, state.Incarnation, placement.ClusterId)
            : null;

    /// <summary>Runs reads; answers with a problem when the cluster fails, refuses them or takes too long.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, Func<CancellationToken, Task<IResult>> read, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await read(linked.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Problem.ClusterUnavailable(request, $"NoAnswer: the tenant's cluster did not answer within {TimeLimit.TotalSeconds} s.");
        }
        catch (InvalidException e) when (e.Code == "NamespaceNotOwned")
        {
            return Problem.NotOwned(request, e.Message);
        }
        catch (SandboxException e)
        {
            LogFailed(request.Method, request.Path, e.Message);
            return e.ErrorClass.PassesByItself()
                ? Problem.ClusterUnavailable(request, e.Message)
                : Problem.ClusterRefused(request, e.Message);
        }
    }

    [LoggerMessage(1020, LogLevel.Warning, "{Method} {Path} failed at the tenant's cluster: {Cause}")]
    private partial void LogFailed(string method, string path, string cause);
}
