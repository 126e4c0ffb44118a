using System.Text.RegularExpressions;

namespace TenantSandbox.Hosting.Configuration;

/// <summary>Replaces <c>%name%</c> in binding properties by the app setting of that name.</summary>
internal static partial class SettingNames
{
    /// <exception cref="InvalidOperationException">A named setting isn't set.</exception>
    public static string Resolve(string text, IConfiguration settings, string usedBy) =>
        SettingName().Replace(text, match => settings[match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)]
            ?? throw new InvalidOperationException(
                $"'{text}' of {usedBy} names the setting '{match.Groups[1].Value}', which isn't set. "
                + "Set it in local.settings.json or the environment."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex SettingName();
}
