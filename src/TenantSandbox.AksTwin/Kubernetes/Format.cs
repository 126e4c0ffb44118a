using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A form that a name or label must have; refused in the words of apimachinery's <c>util/validation</c>.</summary>
internal sealed class Format(int most, string pattern, string says, params string[] examples)
{
    private const string Ends = ", and must start and end with an alphanumeric character";

    public static readonly Format Label = new(
        63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        $"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'{Ends}", "my-name", "123-abc");

    public static readonly Format Subdomain = new(
        253, @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
        $"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'{Ends}", "example.com");

    public static readonly Format Dns1035 = new(
        63, "[a-z]([-a-z0-9]*[a-z0-9])?",
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
            + "and end with an alphanumeric character", "my-name", "abc-123");

    public static readonly Format LabelValue = new(
        63, "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
        $"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'{Ends}",
        "MyValue", "my_value", "12345");

    public static readonly Format Key = new(
        63, "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
        $"must consist of alphanumeric characters, '-', '_' or '.'{Ends}", "MyName", "my.name", "123-abc");

    public static readonly Format Percent =
        new(9, "[0-9]+%", "a valid percent string must be a numeric string followed by an ending '%'", "1%", "93%");

    private readonly Regex _form = new($@"^({pattern})\z");

    private readonly string _rule =
        $"{says} (e.g. {string.Join(" or ", examples.Select(e => $"'{e}', "))}regex used for validation is '{pattern}')";

    /// <param name="whole">The value that the text is but a part of.</param>
    /// <param name="part">How messages call this part.</param>
    public IEnumerable<FieldError> Check(string text, string path, string? whole = null, string part = "") =>
        text.Length > most ? [FieldError.Invalid(path, whole ?? text, $"{part}must be no more than {most} characters")]
        : !_form.IsMatch(text) ? [FieldError.Invalid(path, whole ?? text, part + _rule)]
        : [];
}
