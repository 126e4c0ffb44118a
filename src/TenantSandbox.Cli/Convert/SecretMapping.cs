using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Declares the Secrets that the workloads use, with the addresses that the caller gives. Values of Secrets in the manifests are never read. What
/// has no address is named in the report, with the option that is missing; the validator's repair then takes out what uses it.
/// </summary>
internal static class SecretMapping
{
    /// <param name="workloads">The workloads; they aren't changed.</param>
    /// <param name="addresses">The addresses by the Secret's name and key.</param>
    /// <param name="notes">Gets what has no address.</param>
    /// <returns>The request's <c>secretRefs</c>.</returns>
    public static JsonArray Map(
        IReadOnlyList<WorkloadDraft> workloads, IReadOnlyDictionary<(string Name, string Key), string> addresses, List<ConversionNote> notes)
    {
        var references = new JsonArray();
        var used = workloads.Where(w => !w.IsDropped).SelectMany(UsesOf).GroupBy(u => u.Name, StringComparer.Ordinal);
        foreach (var uses in used.OrderBy(u => u.Key, StringComparer.Ordinal))
        {
            var given = addresses.Where(a => a.Key.Name == uses.Key).OrderBy(a => a.Key.Key, StringComparer.Ordinal).ToArray();
            string[] missing =
            [
                .. uses.Select(u => u.Key).OfType<string>().Distinct(StringComparer.Ordinal)
                    .Where(k => given.All(a => a.Key.Key != k)).Order(StringComparer.Ordinal),
            ];
            if (missing.Length > 0 || given.Length == 0)
            {
                var options = (missing.Length > 0 ? missing : ["KEY"]).Select(k => $"--secret {uses.Key}/{k}=https://VAULT.vault.azure.net/secrets/NAME");
                notes.Add(new(
                    $"Secret/{uses.Key}",
                    ConversionNoteKind.NotTaken,
                    $"Its values come from a Key Vault. Put them there, then give {string.Join(", ", options)}."));
            }

            if (given.Length > 0)
            {
                var items = new JsonObject(given.Select(a => KeyValuePair.Create(a.Key.Key, (JsonNode?)a.Value)));
                var reference = new JsonObject { ["name"] = uses.Key, ["items"] = items };
                if (uses.Any(u => u.Key == SecretRef.PullSecretKey))
                {
                    reference["type"] = SecretRef.PullSecret;
                }

                references.Add(reference);
            }
        }

        return references;
    }

    /// <summary>Each use of a Secret, with the key where it names one.</summary>
    private static IEnumerable<(string Name, string? Key)> UsesOf(WorkloadDraft workload)
    {
        foreach (var container in workload.AllContainers)
        {
            foreach (var reference in Items(container, "env").Select(e => e["valueFrom"]?["secretKeyRef"]).OfType<JsonObject>())
            {
                yield return (Text(reference, "name"), Text(reference, "key"));
            }

            foreach (var reference in Items(container, "envFrom").Select(e => e["secretRef"]).OfType<JsonObject>())
            {
                yield return (Text(reference, "name"), null);
            }
        }

        foreach (var source in workload.Volumes.Select(v => v["secret"]).OfType<JsonObject>())
        {
            yield return (Text(source, "secretName"), null);
            foreach (var item in Items(source, "items"))
            {
                yield return (Text(source, "secretName"), Text(item, "key"));
            }
        }

        foreach (var reference in Items(workload.Spec, "imagePullSecrets"))
        {
            yield return (Text(reference, "name"), SecretRef.PullSecretKey);
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject parent, string list) => (parent[list] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static string Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

/// <summary>Reads the addresses of secrets from the command line.</summary>
internal static class SecretOption
{
    /// <param name="texts">Each <c>NAME/KEY=URI</c>.</param>
    /// <exception cref="ManifestException">One has another form.</exception>
    public static IReadOnlyDictionary<(string Name, string Key), string> Parse(IEnumerable<string> texts)
    {
        var addresses = new Dictionary<(string Name, string Key), string>();
        foreach (var text in texts)
        {
            if (text.Split('=', 2) is not [var target, var address] || target.Split('/') is not [{ Length: > 0 } name, { Length: > 0 } key]
                || !SecretUri.TryParse(address, out var uri))
            {
                // The text isn't repeated: it could be a value that was meant to be an address.
                throw new ManifestException("--secret must be NAME/KEY=URI, where URI is "
                    + "https://VAULT.vault.azure.net/secrets/NAME, with or without /VERSION.");
            }

            addresses[(name, key)] = uri.ToString();
        }

        return addresses;
    }
}
