using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace TenantSandbox.Functions.Telemetry;

/// <summary>Gives each function a span and each activity its duration. Orchestrations and entities have the framework's spans only: they replay.</summary>
internal sealed class TelemetryMiddleware : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var triggers = context.FunctionDefinition.InputBindings.Values.Select(b => b.Type).ToArray();
        return triggers.Any(IsReplayed)
            ? next(context)
            : ActivityTelemetry.RunAsync(context.FunctionDefinition.Name, triggers.Any(t => Is(t, "activityTrigger")), () => next(context));
    }

    private static bool IsReplayed(string trigger) => Is(trigger, "orchestrationTrigger") || Is(trigger, "entityTrigger");

    private static bool Is(string type, string trigger) => type.Equals(trigger, StringComparison.OrdinalIgnoreCase);
}
