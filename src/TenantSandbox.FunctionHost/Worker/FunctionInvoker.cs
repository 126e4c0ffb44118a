using System.Diagnostics;
using System.Text.Json;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>Gives the value of an input binding other than the trigger.</summary>
internal interface IInputBinding
{
    /// <summary>The binding's type, such as <c>durableClient</c>.</summary>
    string Type { get; }

    TypedData Bind(JsonElement binding);
}

/// <inheritdoc cref="IFunctionInvoker"/>
internal sealed class FunctionInvoker(
    WorkerSupervisor worker, HostSettings settings, IEnumerable<IInputBinding> inputs, ILoggerFactory loggers) : IFunctionInvoker
{
    private static readonly ActivitySource Spans = new(FunctionHost.SpanSource);

    private readonly Dictionary<string, IInputBinding> _inputs = inputs.ToDictionary(input => input.Type, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public Task<InvocationResult> InvokeAsync(
        FunctionDefinition function,
        TypedData triggerInput,
        IReadOnlyDictionary<string, TypedData> triggerMetadata,
        CancellationToken cancellationToken) =>
        InvokeAsync(function, triggerInput, triggerMetadata, static (_, _) => { }, cancellationToken);

    /// <summary>Invokes a function; <paramref name="onStart"/> is called with the worker and the invocation's id before it is sent.</summary>
    public async Task<InvocationResult> InvokeAsync(
        FunctionDefinition function,
        TypedData triggerInput,
        IReadOnlyDictionary<string, TypedData> triggerMetadata,
        Action<WorkerChannel, string> onStart,
        CancellationToken cancellationToken)
    {
        var channel = await worker.GetChannelAsync(cancellationToken);
        using var span = StartSpan(function);
        var request = CreateRequest(function, triggerInput, triggerMetadata);
        var log = loggers.CreateLogger($"Function.{function.Name}");
        var started = Stopwatch.GetTimestamp();
        log.Executing(function.Name, request.InvocationId);
        onStart(channel, request.InvocationId);
        var answer = channel.InvokeAsync(function, request);
        try
        {
            await using var canceling = cancellationToken.Register(() => channel.Cancel(request.InvocationId));
            // The worker is asked to cancel and still answers, so the wait itself isn't canceled.
            var response = await answer.WaitAsync(settings.FunctionTimeout, CancellationToken.None);
            var result = ResultOf(function, response, cancellationToken);
            log.Executed(function.Name, request.InvocationId, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return result;
        }
        catch (TimeoutException)
        {
            channel.Cancel(request.InvocationId);
            var failure = new FunctionTimeoutException(
                $"Timeout value of {settings.FunctionTimeout} was exceeded by function: Functions.{function.Name}");
            worker.Recycle(channel, failure.Message);
            log.ExecutionFailed(failure, function.Name, request.InvocationId);
            throw failure;
        }
        catch (Exception exception) when (exception is WorkerProcessExitException or WorkerFunctionException)
        {
            var failure = FunctionInvocationException.For(function, exception);
            log.ExecutionFailed(failure, function.Name, request.InvocationId);
            throw failure;
        }
    }

    /// <summary>Checks that every binding can be served, so that no input or output is lost silently.</summary>
    /// <exception cref="InvalidOperationException">A binding's type isn't known to this host.</exception>
    public void RequireSupportedBindings(FunctionDefinition function)
    {
        foreach (var binding in function.Bindings)
        {
            var (type, direction) = (binding.GetProperty("type").GetString()!, binding.GetProperty("direction").GetString());
            var isInput = "in".Equals(direction, StringComparison.OrdinalIgnoreCase);
            var isTrigger = function.IsTriggeredBy(type);
            var isSupported = isTrigger || (isInput ? _inputs.ContainsKey(type) : type.Equals("http", StringComparison.OrdinalIgnoreCase));
            if (!isSupported)
            {
                throw function.Fault(
                    $"the {(isInput ? "input" : "output")} binding '{type}' isn't supported by the local host; "
                    + "use the service's client in the function.");
            }
        }
    }

    // DurableTask.Core has spans of its own for durable functions, and the current one is then the worker's parent.
    private static Activity? StartSpan(FunctionDefinition function)
    {
        if (function.TriggerType is "orchestrationTrigger" or "activityTrigger" or "entityTrigger" || !Spans.HasListeners())
        {
            return null;
        }

        // ASP.NET Core makes an activity for its logs, which nobody exports; below it nothing would be exported either.
        if (Activity.Current is { Recorded: false })
        {
            Activity.Current = null;
        }

        return Spans.StartActivity(function.Name, function.IsTriggeredBy("httpTrigger") ? ActivityKind.Server : ActivityKind.Consumer);
    }

    private InvocationRequest CreateRequest(
        FunctionDefinition function, TypedData triggerInput, IReadOnlyDictionary<string, TypedData> triggerMetadata)
    {
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.FunctionId,
            TraceContext = new RpcTraceContext
            {
                TraceParent = Activity.Current?.Id ?? "",
                TraceState = Activity.Current?.TraceStateString ?? "",
            },
        };
        request.InputData.Add(new ParameterBinding { Name = function.TriggerParameter, Data = triggerInput });
        foreach (var binding in function.Bindings)
        {
            if (_inputs.TryGetValue(binding.GetProperty("type").GetString()!, out var input))
            {
                request.InputData.Add(new ParameterBinding { Name = binding.GetProperty("name").GetString(), Data = input.Bind(binding) });
            }
        }

        request.TriggerMetadata.Add(triggerMetadata.ToDictionary());
        return request;
    }

    private static InvocationResult ResultOf(FunctionDefinition function, InvocationResponse response, CancellationToken cancellationToken)
    {
        if (response.Result.Status == StatusResult.Types.Status.Success)
        {
            return new InvocationResult(response.ReturnValue, response.OutputData.ToDictionary(output => output.Name, output => output.Data));
        }

        if (response.Result.Status == StatusResult.Types.Status.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"Functions.{function.Name} was canceled.", cancellationToken);
        }

        var exception = response.Result.Exception;
        throw new WorkerFunctionException(response.Result.Status.ToString(), exception?.Message ?? "", exception?.StackTrace ?? "");
    }
}
