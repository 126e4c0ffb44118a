using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>Reports an operation's progress in its custom status, and waits in a way that operators can end.</summary>
/// <param name="context">The orchestration.</param>
/// <param name="control">What operators do to it; null when they can't, as with orchestrations of pools.</param>
internal sealed class OperationProgress(TaskOrchestrationContext context, OperationControl? control = null)
{
    private const int MaxTextLength = 1_000;
    private OperationStatus? _status;

    /// <summary>The current step, and what it waits for.</summary>
    public string Description => _status switch
    {
        null => "",
        { WaitingFor: { } waitingFor } => $"{_status.Step}: {waitingFor}",
        _ => _status.Step,
    };

    /// <summary>Reports that a step begins.</summary>
    /// <param name="step">The step, as an imperative; shown to operators.</param>
    /// <exception cref="StepFailedException">The operation was canceled.</exception>
    public void BeginStep(string step)
    {
        Set(new(step, context.Now(), null));
        control?.BeginStep();
    }

    /// <summary>Reports what the current step waits for; cut to 1,000 characters.</summary>
    /// <param name="reason">What, for people.</param>
    /// <param name="instanceId">The orchestration whose end it waits for; null for something else.</param>
    public void ReportWaiting(string reason, string? instanceId = null) => ReportWaiting(reason, null, instanceId);

    /// <summary>Reports that an activity failed and will be retried.</summary>
    /// <param name="activity">Its name.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="failures">How often it has failed.</param>
    /// <param name="maxAttempts">How often it is tried.</param>
    /// <param name="delay">When it is tried again, from now.</param>
    public void ReportRetry(string activity, TenantError error, int failures, int maxAttempts, TimeSpan delay)
    {
        var nextAt = context.Now() + delay;
        ReportWaiting(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{activity} failed {failures} of at most {maxAttempts} times and is tried again at {nextAt:yyyy-MM-dd'T'HH:mm:ss'Z'}: {error.Code}: {error.Message}"),
            new(activity, error.ErrorClass, failures, maxAttempts, nextAt),
            null);
    }

    /// <summary>Waits with a durable timer.</summary>
    /// <inheritdoc cref="OperationControl.WaitAsync" path="/exception"/>
    public Task WaitAsync(TimeSpan delay) => control is null ? context.CreateTimer(delay, CancellationToken.None) : control.WaitAsync(delay);

    /// <summary>Waits for an external event.</summary>
    /// <inheritdoc cref="OperationControl.WaitForEventAsync" path="/returns"/>
    /// <inheritdoc cref="OperationControl.WaitAsync" path="/exception"/>
    public async Task<T?> WaitForEventAsync<T>(string name, TimeSpan timeout)
        where T : class
    {
        if (control is not null)
        {
            return await control.WaitForEventAsync<T>(name, timeout);
        }

        try
        {
            return await context.WaitForExternalEvent<T>(name, timeout);
        }
        catch (TaskCanceledException)
        {
            return null;
        }
    }

    private void ReportWaiting(string reason, RetryStatus? retry, string? instanceId) => Set(new(
        _status?.Step ?? string.Empty,
        _status?.Since ?? context.Now(),
        reason.Length <= MaxTextLength ? reason : reason[..MaxTextLength],
        retry,
        instanceId));

    private void Set(OperationStatus status) => context.SetCustomStatus(_status = status);
}

/// <summary>An operation's custom status; below 4 KB.</summary>
/// <param name="Step">The current step.</param>
/// <param name="Since">When the step began.</param>
/// <param name="WaitingFor">What the step waits for, for people; null while it isn't waiting.</param>
/// <param name="Retry">The activity that failed and is tried again; null when it waits for something else.</param>
/// <param name="InstanceId">The orchestration whose end it waits for; null when it waits for something else.</param>
public sealed record OperationStatus(
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("waitingFor")] string? WaitingFor,
    [property: JsonPropertyName("retry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RetryStatus? Retry = null,
    [property: JsonPropertyName("instanceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InstanceId = null);

/// <summary>An activity that failed and is tried again.</summary>
/// <param name="Activity">Its name.</param>
/// <param name="ErrorClass">The class of its last failure; null when it could not be classified.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="MaxAttempts">How often it is tried at most.</param>
/// <param name="NextAt">When it is tried next.</param>
public sealed record RetryStatus(
    [property: JsonPropertyName("activity")] string Activity,
    [property: JsonPropertyName("class")] ErrorClass? ErrorClass,
    [property: JsonPropertyName("attempts")] int Attempts,
    [property: JsonPropertyName("maxAttempts")] int MaxAttempts,
    [property: JsonPropertyName("nextAt")] DateTimeOffset NextAt);
