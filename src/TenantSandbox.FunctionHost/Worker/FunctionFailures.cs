namespace TenantSandbox.Hosting.Worker;

/// <summary>A failed invocation. The cause is the inner exception: the function's, or that of the worker's exit.</summary>
internal class FunctionInvocationException(string message, Exception? cause) : Exception(message, cause)
{
    /// <summary>The type's name on the real host, under which orchestrations see the failure.</summary>
    public virtual string HostTypeName => "Microsoft.Azure.WebJobs.Host.FunctionInvocationException";

    public static FunctionInvocationException For(FunctionDefinition function, Exception cause) =>
        new($"Exception while executing function: Functions.{function.Name}", cause);
}

/// <summary>A function ran longer than host.json's functionTimeout.</summary>
internal sealed class FunctionTimeoutException(string message) : FunctionInvocationException(message, cause: null)
{
    public override string HostTypeName => "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException";
}

/// <summary>The worker process ended while a function ran in it.</summary>
internal sealed class WorkerProcessExitException(string message) : Exception(message);

/// <summary>An exception of the function itself, as the worker reported it.</summary>
internal sealed class WorkerFunctionException(string result, string message, string stack)
    : Exception($"Result: {result}\nException: {message}\nStack: {stack}")
{
    /// <summary>What the worker sent as the exception's message: its type and text, or JSON for durable functions.</summary>
    public string RemoteMessage { get; } = message;

    public string RemoteStack { get; } = stack;
}
