using System.Text.Json;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>Reads what the short form of a workload uses of the tenant's Secrets.</summary>
internal static class WorkloadSecretReader
{
    /// <summary>The properties of the short form.</summary>
    public static readonly string[] Properties = ["envFrom", "secretMounts", "imagePullSecrets"];

    /// <summary>The workload with them; unchanged if it uses none.</summary>
    public static WorkloadSpec Read(ObjectReader workload, WorkloadSpec spec, DeclaredSecrets secrets, ValidationFaultList faults) => spec with
    {
        EnvFrom = NullIfEmpty(EnvFrom(workload, secrets, faults)),
        SecretMounts = NullIfEmpty(Mounts(workload, secrets, faults)),
        ImagePullSecrets = NullIfEmpty(PullSecrets(workload, secrets, faults)),
    };

    /// <summary>Reads <c>{ "valueFrom": { "secretKeyRef": { "name", "key" } } }</c>.</summary>
    public static SecretKeyRef? KeyOf(JsonElement variable, string pointer, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        if (ObjectReader.Open(variable, pointer, faults, "valueFrom") is not { } reader
            || !IsPresent(reader, "valueFrom") || reader.Child("valueFrom", "secretKeyRef") is not { } source
            || !IsPresent(source, "secretKeyRef") || source.Child("secretKeyRef", "name", "key") is not { } reference)
        {
            return null;
        }

        var name = reference.Text("name", SecretRefReader.Name, required: true);
        var key = reference.Text("key", SecretRefReader.Key, required: true);
        if (name is null || key is null)
        {
            return null;
        }

        if (secrets.Check(name, reference.PointerTo("name"), faults) is { } declared)
        {
            DeclaredSecrets.CheckKey(declared, key, reference.PointerTo("key"), faults);
        }

        return new(name, key);
    }

    private static List<SecretEnvSource> EnvFrom(ObjectReader workload, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        var sources = new List<SecretEnvSource>();
        foreach (var (item, pointer) in workload.Items("envFrom", 0, RequestLimits.MaxSecretRefs))
        {
            if (ObjectReader.Open(item, pointer, faults, "secretRef", "prefix") is { } reader
                && IsPresent(reader, "secretRef") && reader.Child("secretRef", "name") is { } reference
                && ReadName(reference, secrets, faults) is { } name)
            {
                sources.Add(new(new(name), reader.Text("prefix", PodTextRules.EnvPrefix)));
            }
        }

        return sources;
    }

    private static List<SecretMount> Mounts(ObjectReader workload, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        var mounts = new List<SecretMount>();
        foreach (var (item, pointer) in workload.Items("secretMounts", 0, RequestLimits.MaxSecretRefs))
        {
            if (ObjectReader.Open(item, pointer, faults, "name", "mountPath") is not { } reader)
            {
                continue;
            }

            var name = ReadName(reader, secrets, faults);
            var path = reader.Text("mountPath", PodTextRules.AbsolutePath, required: true);
            if (path is null || name is null)
            {
                continue;
            }

            if (path == "/")
            {
                faults.Add(reader.PointerTo("mountPath"), ValidationFaultCodes.Forbidden, "The root can't be replaced.", "rootMount");
            }
            else if (workload.Has("identity") && IdentityNames.Hides(path))
            {
                faults.Add(reader.PointerTo("mountPath"), ValidationFaultCodes.Forbidden, IdentityNames.Hidden, IdentityNames.Rule);
            }
            else if (mounts.Exists(m => m.MountPath == path))
            {
                reader.AddFault("mountPath", ValidationFaultCodes.Duplicate, "Another Secret is mounted there.");
            }

            mounts.Add(new(name, path));
        }

        return mounts;
    }

    private static List<SecretName> PullSecrets(ObjectReader workload, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        var names = new List<SecretName>();
        foreach (var (item, pointer) in workload.Items("imagePullSecrets", 0, RequestLimits.MaxPullSecrets))
        {
            if (ObjectReader.Open(item, pointer, faults, "name") is not { } reader || reader.Text("name", SecretRefReader.Name, required: true) is not { } name)
            {
                continue;
            }

            secrets.CheckPullSecret(name, reader.PointerTo("name"), faults);
            names.Add(new(name));
        }

        return names;
    }

    private static string? ReadName(ObjectReader reader, DeclaredSecrets secrets, ValidationFaultList faults)
    {
        if (reader.Text("name", SecretRefReader.Name, required: true) is not { } name)
        {
            return null;
        }

        secrets.Check(name, reader.PointerTo("name"), faults);
        return name;
    }

    private static bool IsPresent(ObjectReader reader, string name) => reader.Element(name, required: true) is not null;

    private static List<T>? NullIfEmpty<T>(List<T> items) => items.Count == 0 ? null : items;
}
