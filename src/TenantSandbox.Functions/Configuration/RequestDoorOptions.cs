using System.ComponentModel.DataAnnotations;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Settings of the doors, section <c>TenantSandbox:Requests</c>.</summary>
internal sealed class RequestDoorOptions
{
    public const string Section = "TenantSandbox:Requests";

    /// <summary>How long POST and DELETE wait for the tenant's answer before they answer 202 with the submission.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan AnswerWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The Retry-After of 202 responses, in seconds.</summary>
    [Range(1, 3600)]
    public int RetryAfterSeconds { get; set; } = 2;
}
