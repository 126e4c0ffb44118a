using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>The rules for strings of ConfigMaps: those of Kubernetes' validation.</summary>
internal static partial class VolumeTextRules
{
    /// <summary>Kubernetes itself keeps <c>kube-root-ca.crt</c> in every namespace.</summary>
    public static readonly TextRule ConfigMapName = new("lower-case DNS labels, separated by dots, other than kube-root-ca.crt", 253, DnsName());

    public static readonly TextRule ConfigMapKey = new("letters, digits, '-', '_' and '.', not starting with two dots", 253, Key());
    public static readonly TextRule ConfigMapText = new("text without NUL", RequestLimits.MaxRequestBytes, MinLength: 0);

    [GeneratedRegex(@"^(?!kube-root-ca\.crt\z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex DnsName();

    [GeneratedRegex(@"^(?!\.\.)(?!\.\z)[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
