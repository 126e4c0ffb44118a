using Microsoft.AspNetCore.Routing;

namespace TenantSandbox.Hosting.Worker;

/// <summary>Starts invocations on its own, for the functions of one kind of trigger.</summary>
internal interface ITriggerListener
{
    /// <summary>Starts listening; called once, after the worker has loaded its functions.</summary>
    /// <param name="functions">All functions of the app; the listener picks those of its trigger.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InvalidOperationException">A function's trigger is configured wrongly; the host doesn't start.</exception>
    Task StartAsync(IReadOnlyList<FunctionDefinition> functions, CancellationToken cancellationToken);

    /// <summary>Takes no new work and waits for what runs; called before the worker ends.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>Adds routes to the host's HTTP server.</summary>
internal interface IHttpEndpoints
{
    /// <summary>Adds the routes; called once, after the worker has named its functions and before the HTTP server starts.</summary>
    void Map(IEndpointRouteBuilder routes, IReadOnlyList<FunctionDefinition> functions);
}
