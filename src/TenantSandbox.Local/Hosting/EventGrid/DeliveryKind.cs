using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Local.Hosting.EventGrid;

internal static class DeliveryKind
{
    private static readonly string[] Known = ["SubscriptionValidation", "Notification", "Unsubscribe"];

    /// <summary>
    /// What Event Grid says that it sends. Other CloudEvents senders don't know its header: theirs is told by content type or,
    /// in binary mode, by the ce- headers.
    /// </summary>
    public static string Of(HttpRequest request)
    {
        var said = request.Headers["aeg-event-type"].ToString();
        return said.Length > 0 ? Canonical(said) : IsCloudEvents(request) ? "Notification" : said;
    }

    private static bool IsCloudEvents(HttpRequest request) =>
        EventBody.IsStructured(request) || EventBody.IsBinaryMode(request);

    private static string Canonical(string said) =>
        Known.FirstOrDefault(known => known.Equals(said, StringComparison.OrdinalIgnoreCase)) ?? said;
}
