namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Who makes a request: a user of the API, a component of the cluster, or a service account.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string Uid = "")
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>The API server itself.</summary>
    public static readonly UserInfo ApiServer = new("system:apiserver", ["system:masters", "system:authenticated"]);

    /// <summary>A user with the groups that the API server gives to such a name.</summary>
    public static UserInfo FromName(string name)
    {
        var groups = new List<string>();
        if (name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal))
        {
            groups.Add("system:serviceaccounts");
            groups.Add($"system:serviceaccounts:{name[ServiceAccountPrefix.Length..].Split(':')[0]}");
        }
        else if (name.StartsWith("system:node:", StringComparison.Ordinal))
        {
            groups.Add("system:nodes");
        }
        // The users of AKS's administrator certificate, and of AKS itself.
        else if (name is "masterclient" or "aksService")
        {
            groups.Add("system:masters");
        }

        return new(name, [.. groups, "system:authenticated"]);
    }

    /// <summary>
    /// The user of a request, or whom it impersonates. A token of Microsoft Entra ID names a user by <c>upn</c> or an identity by <c>oid</c>,
    /// as on AKS; any other bearer token is the user's name.
    /// </summary>
    /// <exception cref="StatusException">401: there is no token; 400: groups are impersonated without a user.</exception>
    public static UserInfo FromRequest(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || authorization[7..].Trim() is not { Length: > 0 } token)
        {
            throw StatusException.Unauthorized();
        }

        var (user, groups) = (request.Headers["Impersonate-User"].ToString(), request.Headers["Impersonate-Group"].OfType<string>().ToArray());
        if (user.Length == 0)
        {
            return groups.Length == 0 ? FromName(NameOf(token)) : throw StatusException.BadRequest("requested groups without impersonating a user");
        }

        var impersonated = FromName(user);
        return impersonated with { Groups = [.. impersonated.Groups, .. groups], Uid = request.Headers["Impersonate-Uid"].ToString() };
    }

    /// <summary>The name of a bearer token's user.</summary>
    public static string NameOf(string token)
    {
        try
        {
            var claims = token.Split('.') is [_, var payload, _] ? JsonParser.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(payload)) : null;
            return claims.GetString("upn") ?? claims.GetString("oid") ?? token;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return token;
        }
    }
}
