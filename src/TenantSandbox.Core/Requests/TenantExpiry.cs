using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>When a tenant expires, and what happens then.</summary>
/// <param name="ExpiresAt">When it expires. A time to live is converted to this when the request arrives.</param>
/// <param name="OnExpiry">What happens then.</param>
/// <param name="NoticeSeconds">How long before it the event <c>expiring</c> is published; 0 for no event.</param>
public sealed record TenantExpiry(
    [property: JsonPropertyName("expiresAt")] DateTimeOffset ExpiresAt,
    [property: JsonPropertyName("onExpiry")] ExpiryAction OnExpiry = ExpiryAction.Offboard,
    [property: JsonPropertyName("noticeSeconds")] int NoticeSeconds = TenantExpiry.DefaultNoticeSeconds)
{
    /// <summary>One day.</summary>
    public const int DefaultNoticeSeconds = 24 * 60 * 60;

    /// <summary>The same expiry with another notice.</summary>
    /// <param name="notice">How long before the expiry; fractions of a second are cut off. Zero for no event.</param>
    public TenantExpiry WithNotice(TimeSpan notice) => this with { NoticeSeconds = (int)notice.TotalSeconds };

    /// <summary>Whether two expiries, or none, are at the same time and do the same. Their notices don't matter.</summary>
    public static bool IsSame(TenantExpiry? left, TenantExpiry? right) => (left?.ExpiresAt, left?.OnExpiry) == (right?.ExpiresAt, right?.OnExpiry);

    /// <summary>When the event <c>expiring</c> is due.</summary>
    [JsonIgnore] public DateTimeOffset NoticeAt => ExpiresAt.AddSeconds(-NoticeSeconds);
}

/// <summary>What happens when a tenant expires.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExpiryAction>))]
public enum ExpiryAction
{
    /// <summary>It is offboarded.</summary>
    [JsonStringEnumMemberName("offboard")] Offboard,

    /// <summary>It is suspended; resuming it needs a renewal first.</summary>
    [JsonStringEnumMemberName("suspend")] Suspend,
}
