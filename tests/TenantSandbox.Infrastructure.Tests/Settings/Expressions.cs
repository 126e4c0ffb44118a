using System.Text.RegularExpressions;

namespace TenantSandbox.Infrastructure.Tests.Settings;

/// <summary>Replaces what only Azure knows in a setting by examples, so that the app can read it.</summary>
internal static partial class Expressions
{
    private static readonly Dictionary<string, string> Clouds = new()
    {
        ["environment().suffixes.storage"] = "core.windows.net",
        ["environment().suffixes.acrLoginServer"] = ".azurecr.io",
        ["environment().suffixes.keyvaultDns"] = ".vault.azure.net",
        ["environment().resourceManager"] = "https://management.azure.com/",
        ["environment().authentication.loginEndpoint"] = "https://login.microsoftonline.com/",
    };

    // What ends a reference to a resource that isn't there yet.
    private static readonly Dictionary<string, string> Properties = new()
    {
        ["clientId"] = "00000000-0000-0000-0000-00000000000c",
        ["endpoint"] = "https://evgt-events.westeurope-1.eventgrid.azure.net/api/events",
        ["location"] = "westeurope",
        ["ConnectionString"] = "InstrumentationKey=00000000-0000-0000-0000-00000000000d",
    };

    /// <exception cref="FormatException">The expression isn't of a known form.</exception>
    public static string Evaluate(string value)
    {
        if (!value.StartsWith('['))
        {
            return value;
        }

        var expression = Clouds.Aggregate(value[1..^1], (text, e) => text.Replace(e.Key, $"'{e.Value}'", StringComparison.Ordinal));
        expression = Reference().Replace(expression, m => $"'{Properties[m.Groups["property"].Value]}'");
        if (Literal().Match(expression) is { Success: true } literal)
        {
            return literal.Groups["text"].Value;
        }

        var format = Format().Match(expression);
        return format.Success
            ? string.Format(null, format.Groups["format"].Value, [.. format.Groups["argument"].Captures.Select(c => c.Value)])
            : throw new FormatException($"Can't evaluate {value}: add its form to {nameof(Expressions)}.");
    }

    [GeneratedRegex(@"reference\('[^']+', '[^']+'(, 'full')?\)(\.\w+)*?\.(?<property>\w+)(?![\w.])")]
    private static partial Regex Reference();

    [GeneratedRegex("^'(?<text>[^']*)'$")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^format\('(?<format>[^']*)'(, '(?<argument>[^']*)')*\)$")]
    private static partial Regex Format();
}
