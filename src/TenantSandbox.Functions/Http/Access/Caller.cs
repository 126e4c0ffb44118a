using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Who calls the API.</summary>
/// <param name="Id">Object id of the principal, or a digest of the function key; never the key.</param>
/// <param name="Name">Name of the principal for people; null if there is none.</param>
/// <param name="Role">The highest role; null for none.</param>
/// <param name="IsPrincipal">Whether Microsoft Entra ID vouches for the id and the name.</param>
internal sealed record Caller(string Id, string? Name, CallerRole? Role, bool IsPrincipal)
{
    private const int MaxNameLength = 80;

    /// <summary>The caller who was let in; null where none need be known.</summary>
    public static Caller? Of(HttpRequest request) => request.HttpContext.Features.Get<Caller>();

    /// <summary>Who is recorded for a command: the principal where it is known, else whom the command states.</summary>
    public static string ActorOf(HttpRequest request, string stated) => Of(request) is { IsPrincipal: true } principal ? principal.ToActor() : stated;

    // Actors have at most 128 characters, none of them a control character (OperatorRequestParser).
    private string ToActor()
    {
        var name = string.Concat((Name ?? "").Where(c => !char.IsControl(c)).Take(MaxNameLength));
        return name.Length == 0 ? Id : $"{name} ({Id})";
    }
}
