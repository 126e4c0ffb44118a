using System.Text.Json;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Http;

/// <summary>Which key opens an HTTP function.</summary>
internal enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous,

    /// <summary>The host's function key or its master key.</summary>
    Function,

    /// <summary>The master key, because no system key belongs to an HTTP function.</summary>
    System,

    /// <summary>The master key.</summary>
    Admin,
}

/// <summary>The <c>httpTrigger</c> binding of a function.</summary>
/// <param name="Route">The path below the route prefix, with parameters and constraints.</param>
/// <param name="Methods">The methods in upper case; empty for all.</param>
/// <param name="Level">Function unless the binding names another.</param>
internal sealed record HttpTrigger(string Route, IReadOnlyList<string> Methods, AuthorizationLevel Level)
{
    /// <exception cref="InvalidOperationException">The level isn't known.</exception>
    public static HttpTrigger Read(FunctionDefinition function)
    {
        var binding = function.Trigger;
        var route = TextOf(binding, "route") is { } given ? given : function.Name;
        string[] methods = binding.TryGetProperty("methods", out var listed) && listed.ValueKind is JsonValueKind.Array
            ? [.. listed.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant())]
            : [];
        return TextOf(binding, "authLevel") switch
        {
            null => new HttpTrigger(route, methods, AuthorizationLevel.Function),
            var text when Enum.TryParse<AuthorizationLevel>(text, ignoreCase: true, out var level) => new HttpTrigger(route, methods, level),
            var text => throw function.Fault($"its authLevel '{text}' isn't one of {string.Join(", ", Enum.GetNames<AuthorizationLevel>())}."),
        };
    }

    private static string? TextOf(JsonElement binding, string name) => binding.TryGetProperty(name, out var value) ? value.GetString() : null;
}
