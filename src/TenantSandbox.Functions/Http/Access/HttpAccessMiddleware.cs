using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Lets only those callers run HTTP functions who may. It must come after the middleware that gives an invocation its HTTP context.</summary>
internal sealed class HttpAccessMiddleware(HttpAccess access) : IFunctionsWorkerMiddleware
{
    private static readonly string[] Targets = ["tenantId", "operationId", "task"];

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (!context.FunctionDefinition.InputBindings.Values.Any(b => b.Type.Equals("httpTrigger", StringComparison.OrdinalIgnoreCase)))
        {
            await next(context);
            return;
        }

        var request = (context.GetHttpContext() ?? throw new InvalidOperationException("An HTTP function was invoked without its HTTP request.")).Request;
        var function = context.FunctionDefinition.Name;
        var target = Targets.Select(name => context.BindingContext.BindingData.GetValueOrDefault(name)?.ToString()).FirstOrDefault(value => value is not null);
        if (access.Refuse(function, request) is { } problem)
        {
            context.GetInvocationResult().Value = problem;
            access.Audit(function, request, target, isAdmitted: false, Status(problem));
            return;
        }

        int? status = null;
        try
        {
            await next(context);
            status = Status(context.GetInvocationResult().Value);
        }
        finally
        {
            access.Audit(function, request, target, isAdmitted: true, status);
        }
    }

    private static int? Status(object? result) => (result as IStatusCodeHttpResult)?.StatusCode;
}
