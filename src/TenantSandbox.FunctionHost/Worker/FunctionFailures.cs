namespace TenantSandbox.Hosting.Worker;

/// <summary>An exception that the real host has too, under another type name that reaches orchestrations and retry policies.</summary>
internal abstract class HostException(string message, Exception? cause) : Exception(message, cause)
{
    /// <summary>The full name of the real host's type.</summary>
    public abstract string HostTypeName { get; }
}

/// <summary>A failed invocation. The cause is the inner exception: the function's, or that of the worker's exit.</summary>
internal class FunctionInvocationException(string message, Exception? cause) : HostException(message, cause)
{
    public override string HostTypeName => "Microsoft.Azure.WebJobs.Host.FunctionInvocationException";

    public static FunctionInvocationException For(FunctionDefinition function, Exception cause) =>
        new($"Exception while executing function: Functions.{function.Name}", cause);
}

/// <summary>A function ran longer than host.json's functionTimeout.</summary>
internal sealed class FunctionTimeoutException(string message) : FunctionInvocationException(message, cause: null)
{
    public override string HostTypeName => "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException";
}

/// <summary>The worker process ended while a function ran in it.</summary>
internal sealed class WorkerProcessExitException(string message) : HostException(message, cause: null)
{
    public override string HostTypeName => "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException";
}

/// <summary>An exception of the function itself, as the worker reported it.</summary>
/// <param name="result">The invocation's status.</param>
/// <param name="message">The exception's type and text with its stack, or JSON for an activity.</param>
/// <param name="stack">The exception's stack.</param>
internal sealed class WorkerFunctionException(string result, string message, string stack)
    : HostException($"Result: {result}\nException: {message}\nStack: {stack}", cause: null)
{
    public override string HostTypeName => "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException";

    public string RemoteMessage { get; } = message;

    public string RemoteStack { get; } = stack;
}
