using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>The rules for strings in a pod template: those of Kubernetes' validation, with shorter limits where Kubernetes has none.</summary>
internal static partial class PodTextRules
{
    public static readonly TextRule Label = new("lower-case letters, digits and inner hyphens", 63, DnsLabel());
    public static readonly TextRule HostName = new("lower-case DNS labels, separated by dots", 253, DnsName());
    public static readonly TextRule Address = new("an IPv4 or IPv6 address", 45, IpAddress());
    public static readonly TextRule SearchDomain = new("a DNS domain", 253, Domain());
    public static readonly TextRule PortName = new("up to 15 lower-case letters, digits and single inner hyphens, with a letter", 15, ServiceName());
    public static readonly TextRule MetadataKey = new("a name of up to 63 letters, digits, '-', '_' and '.', optionally after a DNS domain and '/'", 317, QualifiedName());
    public static readonly TextRule LabelValue = new("up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends", 63, LabelText(), MinLength: 0);
    public static readonly TextRule AnnotationValue = new("text without NUL", 4096, MinLength: 0);
    public static readonly TextRule Argument = new("text without NUL", 8192, MinLength: 0);
    public static readonly TextRule EnvPrefix = new("letters, digits, '_', '.' and '-', not starting with a digit", 64, EnvironmentPrefix());
    public static readonly TextRule AbsolutePath = new("an absolute path without ':' and without \"..\"", 1024, ContainerPath());
    public static readonly TextRule RelativePath = new("a relative path without ':' and without \"..\"", 1024, FilePath());
    public static readonly TextRule HeaderName = new("letters, digits and hyphens", 128, HttpHeader());
    public static readonly TextRule Capability = new("the name of a capability, like \"NET_RAW\"", 64, CapabilityName());
    public static readonly TextRule GrpcService = new("printable ASCII characters", 256, Printable(), MinLength: 0);
    public static readonly TextRule DnsOption = new("letters, digits, '-', '_' and '.'", 64, OptionName());
    public static readonly TextRule SysctlValue = new("letters, digits, spaces and tabs", 256, SysctlText());
    public static readonly TextRule HttpPath = new("a path of printable ASCII characters without spaces", RequestLimits.MaxHttpPathLength, UrlPath());

    public static readonly TextRule EnvFieldPath = new(
        "metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], metadata.annotations['…'], spec.nodeName, spec.serviceAccountName, "
        + "status.hostIP, status.hostIPs, status.podIP or status.podIPs",
        400,
        EnvField());

    public static readonly TextRule VolumeFieldPath = new(
        "metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['…'] or metadata.annotations['…']",
        400,
        VolumeField());

    /// <summary>
    /// Labels and annotations that change what the app, the cluster or the container runtime does. <c>io.katacontainers.…</c> configures the
    /// virtual machine, <c>azure.workload.identity/…</c> adds tokens. The recommended labels <c>app.kubernetes.io/…</c> and kubectl's notes
    /// are the sender's.
    /// </summary>
    public static readonly Regex ReservedMetadata = ReservedKey();

    [GeneratedRegex(@"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DnsName();

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IpAddress();

    [GeneratedRegex(@"^(?:\.|_?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?(?:\._?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?)*\.?)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Domain();

    [GeneratedRegex(@"^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelText();

    [GeneratedRegex(@"^[A-Za-z_.-][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentPrefix();

    [GeneratedRegex(@"^/(?!(?:.*/)?\.\.(?:/|\z))[^:\x00]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerPath();

    [GeneratedRegex(@"^(?!/)(?!(?:.*/)?\.\.(?:/|\z))[^:\x00]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex FilePath();

    [GeneratedRegex(@"^[A-Za-z0-9-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HttpHeader();

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex CapabilityName();

    [GeneratedRegex(@"^[\x20-\x7e]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Printable();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();

    [GeneratedRegex(@"^[A-Za-z0-9 \t]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex SysctlText();

    [GeneratedRegex(@"^[\x21-\x7e]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPath();

    [GeneratedRegex(@"^(?:metadata\.(?:name|namespace|uid|(?:labels|annotations)\['[A-Za-z0-9._/-]+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvField();

    [GeneratedRegex(@"^metadata\.(?:name|namespace|uid|(?:labels|annotations)(?:\['[A-Za-z0-9._/-]+'\])?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex VolumeField();

    [GeneratedRegex(@"^(?:tenantsandbox/|(?!(?:app|kubectl)\.kubernetes\.io/)(?:[^/]*\.)?(?:kubernetes|k8s)\.io/|app\.kubernetes\.io/managed-by\z|io\.(?:katacontainers|kubernetes|containerd)\.|(?:[^/]*\.)?azure\.com/|azure\.workload\.identity/)", RegexOptions.CultureInvariant)]
    private static partial Regex ReservedKey();
}
