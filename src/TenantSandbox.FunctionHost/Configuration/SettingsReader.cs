using System.Globalization;

namespace TenantSandbox.Hosting.Configuration;

/// <summary>Reads one section of host.json; a value that can't be used is refused with its key and what to write.</summary>
internal sealed class SettingsReader(IConfiguration host, string path)
{
    private readonly IConfigurationSection _section = host.GetSection(path);

    public string? Text(string key) => _section[key];

    public int? Integer(string key, int minimum, int maximum) => _section[key] switch
    {
        null => null,
        var text when int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum => value,
        var text => throw Invalid(
            key, text, $"a whole number of at least {minimum}{(maximum == int.MaxValue ? "" : $" and at most {maximum}")}"),
    };

    public TimeSpan? Duration(string key, TimeSpan maximum) => _section[key] switch
    {
        null => null,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero && value <= maximum => value,
        var text => throw Invalid(key, text, $"a time span such as \"00:00:30\", at most {maximum.TotalDays} days"),
    };

    public T? Name<T>(string key) where T : struct, Enum => _section[key] switch
    {
        null => null,
        var text when Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) => value,
        var text => throw Invalid(key, text, string.Join(" or ", Enum.GetNames<T>().Select(name => $"\"{name}\""))),
    };

    private InvalidOperationException Invalid(string key, string value, string expected) =>
        new($"host.json: {path.Replace(':', '.')}.{key} is '{value}'; write {expected}.");
}
