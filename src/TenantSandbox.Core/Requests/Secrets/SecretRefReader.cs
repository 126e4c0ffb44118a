using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>Reads the secret references of a request.</summary>
internal static partial class SecretRefReader
{
    public static readonly TextRule Name = new("lower-case DNS labels, separated by dots", 253, DnsName());
    public static readonly TextRule Key = new("up to 253 letters, digits, '-', '_' and '.', without \"..\" at the start", 253, DataKey());

    public static readonly TextRule Address = new(
        "the address of a Key Vault secret, like \"https://contoso.vault.azure.net/secrets/db-password\", with or without \"/\" and a version",
        SecretUri.MaxLength);

    /// <summary>The name of the rule that refuses secrets that aren't the tenant's.</summary>
    public const string AssignmentRule = "secretAssignments";

    /// <param name="spec">The request.</param>
    /// <param name="tenantId">The tenant; null when the request names none that is valid.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="faults">The faults.</param>
    /// <returns>The references; meaningless when a fault was added, but names and keys can be compared.</returns>
    public static IReadOnlyList<SecretRef> Read(ObjectReader spec, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
        var references = new List<SecretRef>();
        var items = 0;
        foreach (var (item, pointer) in spec.Items("secretRefs", 0, RequestLimits.MaxSecretRefs))
        {
            if (ObjectReader.Open(item, pointer, faults, "name", "items", "rollout", "type") is not { } reader)
            {
                continue;
            }

            var name = reader.Text("name", Name, required: true);
            if (name is not null && references.Exists(r => r.Name == name))
            {
                reader.AddFault("name", ValidationFaultCodes.Duplicate, $"Another secretRef is named \"{name}\".");
            }

            var type = reader.Text("type", TextRules.Any);
            if (type is not (null or SecretRef.Opaque or SecretRef.PullSecret))
            {
                reader.AddFault("type", ValidationFaultCodes.Format, $"Must be \"{SecretRef.Opaque}\" or \"{SecretRef.PullSecret}\".");
            }

            var found = Items(reader, tenantId, rules, faults);
            items += found.Count;
            if (type == SecretRef.PullSecret && reader.Has("items") && (found.Count != 1 || !found.ContainsKey(SecretRef.PullSecretKey)))
            {
                reader.AddFault(
                    "items", ValidationFaultCodes.Required, $"Must have exactly the key \"{SecretRef.PullSecretKey}\", whose value is a Docker configuration.");
            }

            references.Add(new SecretRef(name ?? "", found, reader.Boolean("rollout") ?? false, type == SecretRef.Opaque ? null : type));
        }

        if (items > RequestLimits.MaxSecretItems)
        {
            spec.AddFault(
                "secretRefs",
                ValidationFaultCodes.Range,
                string.Create(
                    CultureInfo.InvariantCulture, $"All secretRefs together may have at most {RequestLimits.MaxSecretItems} items; they have {items}."));
        }

        return references;
    }

    private static SortedDictionary<string, string> Items(ObjectReader reference, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
        var items = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (reference.Element("items", required: true) is not { } map)
        {
            return items;
        }

        var pointer = reference.PointerTo("items");
        if (map.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an object with the address of a Key Vault secret for each key.");
            return items;
        }

        if (map.GetPropertyCount() is < 1 or > RequestLimits.MaxSecretItemsOfRef)
        {
            faults.Add(
                pointer,
                ValidationFaultCodes.Range,
                string.Create(
                    CultureInfo.InvariantCulture, $"Must have 1 to {RequestLimits.MaxSecretItemsOfRef} properties; it has {map.GetPropertyCount()}."));
            return items;
        }

        foreach (var property in map.EnumerateObject())
        {
            var at = JsonPointer.Append(pointer, property.Name);
            if (items.ContainsKey(property.Name))
            {
                faults.Add(at, ValidationFaultCodes.Duplicate, "This key is already given.");
            }
            else if (!Key.Accepts(property.Name))
            {
                faults.Add(at, ValidationFaultCodes.Format, $"A key must be {Key.Expectation}.");
            }
            else
            {
                // Kept without its address too, so that a variable that names the key isn't reported in addition.
                items[property.Name] = ReadAddress(property.Value, at, tenantId, rules, faults) ?? "";
            }
        }

        return items;
    }

    private static string? ReadAddress(JsonElement value, string pointer, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
        if (Address.Read(value, pointer, faults) is not { } text)
        {
            return null;
        }

        if (!SecretUri.TryParse(text, out var uri))
        {
            faults.Add(pointer, ValidationFaultCodes.Format, $"Must be {Address.Expectation} (32 hexadecimal digits); no port, query or percent-encoding.");
            return null;
        }

        if (tenantId is not null && !rules.Secrets.Allows(tenantId, uri))
        {
            // The same words for a secret of another tenant, of the app, or of nobody: a request can't find out which there are.
            faults.Add(
                pointer,
                ValidationFaultCodes.Forbidden,
                "This installation assigns no such secret to the tenant. Ask its operators which vault and which names are the tenant's.",
                AssignmentRule);
            return null;
        }

        return uri.ToString();
    }

    [GeneratedRegex(@"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DnsName();

    [GeneratedRegex(@"^(?!\.\z)(?!\.\.)[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex DataKey();
}
