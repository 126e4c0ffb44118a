using System.Text.Json;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace TenantSandbox.Local.Engine;

/// <summary>An error as it is stored. Its texts are cut, because history must stay small.</summary>
internal sealed record Failure(string Type, string Message, string? Stack, Failure? Inner, bool NonRetriable = false)
{
    public static Failure From(Exception exception, int limit, bool nonRetriable = false)
    {
        Failure? inner = exception switch
        {
            TaskFailedException { FailureDetails: { } details } => From(details, limit),
            { InnerException: { } cause } => From(cause, limit),
            _ => null,
        };
        return new(exception.GetType().ToString(), Cut(exception.Message, limit)!, Cut(exception.StackTrace, limit), inner, nonRetriable);
    }

    public static Failure Parse(string? data) => JsonSerializer.Deserialize<Failure>(data!)!;

    public string ToJson() => JsonSerializer.Serialize(this);

    public Failure WithoutStack() => this with { Stack = null, Inner = Inner?.WithoutStack() };

    public TaskFailureDetails ToDetails() => new(Type, Message, Stack, Inner?.ToDetails(), null);

    /// <summary>The form that a retry policy's predicate is given.</summary>
    public FailureDetails ToCoreDetails() => new(Type, Message, Stack, Inner?.ToCoreDetails(), NonRetriable);

    private static Failure From(TaskFailureDetails details, int limit)
        => new(
            details.ErrorType, Cut(details.ErrorMessage, limit)!, Cut(details.StackTrace, limit),
            details.InnerFailure is { } inner ? From(inner, limit) : null);

    // The allowance lets a text that was cut once, when a child failed, pass its parents unchanged.
    private static string? Cut(string? text, int limit)
        => text is null || text.Length <= limit + 64 ? text : $"{text[..limit]}… [cut at {limit} of {text.Length} characters]";
}
