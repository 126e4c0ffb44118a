using System.Diagnostics;
using TenantSandbox.Core.Errors;
using static TenantSandbox.Functions.Telemetry.SandboxMetrics;

namespace TenantSandbox.Functions.Telemetry;

/// <summary>The app's own spans, and the duration of activities.</summary>
internal static class ActivityTelemetry
{
    /// <summary>The span attribute with a tenant's id. Spans may carry it; span names and metrics don't.</summary>
    public const string TenantIdAttribute = "tenantsandbox.tenant.id";

    /// <summary>The span attribute with the error class of a failure.</summary>
    public const string ErrorClassAttribute = "tenantsandbox.error.class";

    /// <summary>The source of the app's spans.</summary>
    public static ActivitySource Source { get; } = new("TenantSandbox");

    /// <summary>Runs a function in a span of its name.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="isActivity">Whether it is an activity, whose duration is a metric.</param>
    /// <param name="run">The function.</param>
    public static async Task RunAsync(string name, bool isActivity, Func<Task> run)
    {
        using var span = Source.StartActivity(name, isActivity ? ActivityKind.Internal : ActivityKind.Consumer);
        var started = Stopwatch.GetTimestamp();
        var outcome = "succeeded";
        try
        {
            await run();
        }
        catch (Exception e)
        {
            outcome = ClassOf(e) is { } errorClass ? NameOf(errorClass) : "error";
            // The message may quote a tenant's data, so the span has the type only.
            span?.SetStatus(ActivityStatusCode.Error, e.GetType().Name).SetTag(ErrorClassAttribute, outcome);
            throw;
        }
        finally
        {
            if (isActivity)
            {
                ActivityDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, Label("activity", name), Label("outcome", outcome));
            }
        }
    }

    /// <summary>Adds a tenant's id to the current span, for the search of its traces.</summary>
    public static void TagTenant(string tenantId) => Activity.Current?.SetTag(TenantIdAttribute, tenantId);

    private static ErrorClass? ClassOf(Exception? exception) => exception switch
    {
        null => null,
        SandboxException classified => classified.ErrorClass,
        AggregateException several => several.InnerExceptions.Select(ClassOf).FirstOrDefault(c => c is not null),
        _ => ClassOf(exception.InnerException),
    };
}
