using DurableTask.Core;
using Google.Protobuf;
using TenantSandbox.Hosting.Worker;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

/// <summary>Turns a failed invocation into what the orchestration sees, with the type names that retry policies match.</summary>
internal static class ActivityFailure
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The function's own failure if the worker reported one, else the host's.</summary>
    public static FailureDetails Of(Exception exception) =>
        exception.InnerException is WorkerFunctionException reported
            ? OfSerialized(reported.RemoteMessage) ?? OfText(reported.RemoteMessage, reported.RemoteStack)
            : OfHost(exception);

    /// <summary>A failure of the host, under the type name that the real host gives it.</summary>
    public static FailureDetails OfHost(Exception exception) =>
        new(
            exception is HostException host ? host.HostTypeName : exception.GetType().FullName!,
            exception.Message,
            exception.StackTrace,
            exception.InnerException is { } cause ? OfHost(cause) : null,
            isNonRetriable: false);

    /// <summary>The worker's Durable extension writes an activity's exception as JSON in the first line of its message.</summary>
    private static FailureDetails? OfSerialized(string message)
    {
        if (!message.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return Parser.Parse<P.TaskFailureDetails>(message.Split('\n', 2)[0].Trim()).ToCore();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Other exceptions are written as "type: message" with the stack in the lines that follow.</summary>
    private static FailureDetails OfText(string message, string stack)
    {
        var line = message.Split('\n', 2)[0].TrimEnd();
        var separator = line.IndexOf(": ", StringComparison.Ordinal);
        return separator < 0
            ? new FailureDetails("(unknown)", message, stack, innerFailure: null, isNonRetriable: false)
            : new FailureDetails(line[..separator], line[(separator + 2)..], stack, innerFailure: null, isNonRetriable: false);
    }
}
