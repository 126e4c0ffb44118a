using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A format of names and labels, with the messages of apimachinery's <c>util/validation</c>.</summary>
internal sealed class NameFormat(int maxLength, string pattern, string description, params string[] examples)
{
    private const string AlphanumericEnds = ", and must start and end with an alphanumeric character";

    public static readonly NameFormat Label = new(
        63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        $"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'{AlphanumericEnds}", "my-name", "123-abc");

    public static readonly NameFormat Subdomain = new(
        253, @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
        $"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'{AlphanumericEnds}", "example.com");

    public static readonly NameFormat Dns1035Label = new(
        63, "[a-z]([-a-z0-9]*[a-z0-9])?",
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
            + "and end with an alphanumeric character", "my-name", "abc-123");

    public static readonly NameFormat LabelValue = new(
        63, "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
        $"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'{AlphanumericEnds}",
        "MyValue", "my_value", "12345");

    public static readonly NameFormat QualifiedNamePart = new(
        63, "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
        $"must consist of alphanumeric characters, '-', '_' or '.'{AlphanumericEnds}", "MyName", "my.name", "123-abc");

    public static readonly NameFormat ConfigKey = new(
        253, "[-._a-zA-Z0-9]+", "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        "key.name", "KEY_NAME", "key-name");

    public static readonly NameFormat Duration = new(
        32, "([0-9]{1,5}(h|m|s|ms)){1,4}", "a duration must consist of up to four numbers with the unit h, m, s or ms", "10s", "1m30s");

    public static readonly NameFormat Percent =
        new(9, "[0-9]+%", "a valid percent string must be a numeric string followed by an ending '%'", "1%", "93%");

    private readonly Regex _regex = new($@"^({pattern})\z");

    private readonly string _message =
        $"{description} (e.g. {string.Join(" or ", examples.Select(e => $"'{e}', "))}regex used for validation is '{pattern}')";

    /// <summary>The format as a rule of sysctls states it.</summary>
    public string LengthAndPattern => $"must have at most {maxLength} characters and match regex ^{pattern}$";

    /// <param name="whole">The complete value, if the text is a part of it.</param>
    /// <param name="part">Prefix of messages about the part.</param>
    public IEnumerable<FieldError> Check(string text, string path, string? whole = null, string part = "") =>
        text.Length > maxLength ? [FieldError.Invalid(path, whole ?? text, $"{part}must be no more than {maxLength} characters")]
        : !_regex.IsMatch(text) ? [FieldError.Invalid(path, whole ?? text, part + _message)]
        : [];
}
