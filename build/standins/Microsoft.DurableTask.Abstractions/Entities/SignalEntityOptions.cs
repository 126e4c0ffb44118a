namespace Microsoft.DurableTask.Entities;

public record SignalEntityOptions
{
    /// <summary>When the signal is to be processed; at once without it.</summary>
    public DateTimeOffset? SignalTime { get; init; }

    public static implicit operator SignalEntityOptions?(bool? value) => value == true ? new() : null;

    public static implicit operator SignalEntityOptions(DateTimeOffset value) => new() { SignalTime = value };
}
