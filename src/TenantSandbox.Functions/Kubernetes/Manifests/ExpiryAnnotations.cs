using System.Globalization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// A tenant's expiry as annotations of its namespace, so that it is known after the task hub was lost. Without the notice, which is a
/// setting.
/// </summary>
internal static class ExpiryAnnotations
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
    private const string Offboard = "offboard";
    private const string Suspend = "suspend";

    /// <summary>Adds the annotations of an expiry; none for no expiry.</summary>
    public static void Add(IDictionary<string, string> annotations, TenantExpiry? expiry)
    {
        if (expiry is not null)
        {
            annotations[Labels.ExpiresAt] = expiry.ExpiresAt.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
            annotations[Labels.OnExpiry] = expiry.OnExpiry == ExpiryAction.Suspend ? Suspend : Offboard;
        }
    }

    /// <summary>The expiry that annotations state, with the default notice; null when they state none, or one that this version didn't write.</summary>
    public static TenantExpiry? Read(IDictionary<string, string>? annotations)
    {
        if (annotations is null
            || !annotations.TryGetValue(Labels.ExpiresAt, out var text)
            || !DateTimeOffset.TryParseExact(
                text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        return annotations.TryGetValue(Labels.OnExpiry, out var action) switch
        {
            true when action == Suspend => new(at, ExpiryAction.Suspend),
            true when action == Offboard => new(at),
            _ => null,
        };
    }
}
