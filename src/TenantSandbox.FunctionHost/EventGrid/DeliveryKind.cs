using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Hosting.EventGrid;

/// <summary>What a request to the webhook is.</summary>
internal enum DeliveryKind
{
    Unknown,
    SubscriptionValidation,
    Notification,
    Unsubscribe,
}

/// <summary>Reads the kind of a delivery.</summary>
internal static class DeliveryKinds
{
    public const string Header = "aeg-event-type";

    /// <summary>
    /// The kind by Event Grid's header. Other CloudEvents senders don't set it: theirs are notifications by content type or, in binary
    /// mode, by the ce- headers. (The real webhook answers those 400.)
    /// </summary>
    public static DeliveryKind Of(HttpRequest request)
    {
        var header = request.Headers[Header].ToString();
        if (header.Length == 0)
        {
            return CloudEventBody.IsStructured(request) || CloudEventBody.IsBinaryMode(request)
                ? DeliveryKind.Notification
                : DeliveryKind.Unknown;
        }

        return new[] { DeliveryKind.SubscriptionValidation, DeliveryKind.Notification, DeliveryKind.Unsubscribe }
            .FirstOrDefault(kind => kind.ToString().Equals(header, StringComparison.OrdinalIgnoreCase));
    }
}
