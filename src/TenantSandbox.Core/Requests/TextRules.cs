using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>The rules for strings in a request. docs/tenant-request.schema.json has the same patterns and is tested against these.</summary>
internal static partial class TextRules
{
    public static readonly TextRule TenantId = new("lower-case letters, digits and inner hyphens", 40, Label());
    public static readonly TextRule WorkloadName = new("lower-case letters, digits and inner hyphens, a letter first", 40, LetterLabel());
    public static readonly TextRule Cluster = new("the configured id of a cluster: letters, digits, '.', '_' and '-', starting with a letter or digit", 63, ClusterId());
    public static readonly TextRule Region = new("the name of an Azure region, like \"westeurope\"", 40, RegionName());
    public static readonly TextRule Image = new("a container image reference, like \"registry.example/app:1.2\" or \"registry.example/app@sha256:…\"", RequestLimits.MaxImageLength, ImageReference());
    public static readonly TextRule EnvName = new("letters, digits, '_', '.' and '-', not starting with a digit", RequestLimits.MaxEnvNameLength, EnvironmentName());
    public static readonly TextRule EnvValue = new("text without NUL", RequestLimits.MaxEnvValueLength, MinLength: 0);
    public static readonly TextRule Argument = new("text without NUL", RequestLimits.MaxArgLength, MinLength: 0);
    public static readonly TextRule HttpPath = new("a path that starts with '/', of printable ASCII characters without spaces", RequestLimits.MaxHttpPathLength, AbsolutePath());
    public static readonly TextRule ServiceName = new(
        "lower-case letters, digits and inner hyphens, a letter first", RequestLimits.MaxServiceNameLength, ServiceLabel());
    public static readonly TextRule PortName = new("lower-case letters, digits and inner hyphens", 63, PortLabel());
    public static readonly TextRule ContainerPortName = new("the name of a container's port: lower-case letters, digits and inner hyphens", 15, PortLabel());
    public static readonly TextRule AppProtocol = new("a protocol's name, like \"http\" or \"kubernetes.io/h2c\"", 253, ProtocolName());
    public static readonly TextRule SourceName = new(
        "the name of one of the installation's sources: lower-case letters, digits and inner hyphens", 63, PortLabel());
    public static readonly TextRule HostName = new("a host name of at least two labels, in lower case, like \"shop.example.com\"", 253, DnsName());
    public static readonly TextRule EgressHost = new(
        "a host name in lower case, like \"api.example.com\"; its first label may contain one '*' if at least two others follow", 253, DnsNameOrPattern());

    public static readonly TextRule PathPrefix = new(
        "a path of letters, digits and -._~!$&'()*+,;=:@ that starts with '/'", RequestLimits.MaxHttpPathLength, Path());
    public static readonly TextRule Id = new("printable ASCII characters", RequestLimits.MaxIdLength, Printable());
    public static readonly TextRule Any = new("text", RequestLimits.MaxRequestBytes, MinLength: 0);

    // A Service of the same name is created, and Service names follow RFC 1035.
    [GeneratedRegex(@"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LetterLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClusterId();

    [GeneratedRegex(@"^[a-z][a-z0-9]{1,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionName();

    // The grammar of github.com/distribution/reference: [host[:port]/]path[/path…][:tag][@digest].
    [GeneratedRegex(@"^(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[a-f0-9]{64})?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ImageReference();

    [GeneratedRegex(@"^[A-Za-z_.-][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentName();

    [GeneratedRegex(@"^/[\x21-\x7e]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PortLabel();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?(/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ProtocolName();

    // The last label isn't a number, which an IPv4 address would end with.
    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DnsName();

    [GeneratedRegex(
        @"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.|[-a-z0-9]*\*[-a-z0-9]*\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)"
        + @"([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DnsNameOrPattern();

    [GeneratedRegex(@"^/[A-Za-z0-9._~!$&'()*+,;=:@/-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    [GeneratedRegex(@"^[\x20-\x7e]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Printable();
}

/// <summary>A rule for a string.</summary>
/// <param name="Expectation">Completes the sentence "Must be …".</param>
/// <param name="MaxLength">In UTF-16 code units.</param>
/// <param name="Pattern">Null for any string without NUL.</param>
/// <param name="MinLength">In UTF-16 code units.</param>
internal sealed record TextRule(string Expectation, int MaxLength, Regex? Pattern = null, int MinLength = 1)
{
    /// <summary>Whether a string satisfies the rule.</summary>
    public bool Accepts(string text) => text.Length >= MinLength && text.Length <= MaxLength && !text.Contains('\0') && Pattern?.IsMatch(text) != false;

    /// <returns>Null, with a validation fault added, when the value isn't a string that satisfies the rule.</returns>
    public string? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, $"Must be a string: {Expectation}.");
            return null;
        }

        var text = value.GetString()!;
        if (text.Length < MinLength || text.Length > MaxLength)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must be {MinLength} to {MaxLength} characters long: {Expectation}."));
        }
        else if (!Accepts(text))
        {
            faults.Add(pointer, ValidationFaultCodes.Format, $"Must be {Expectation}.");
        }
        else
        {
            return text;
        }

        return null;
    }
}
