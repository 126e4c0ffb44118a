using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of names, labels and metadata, and of each kind but those that hold a pod.</summary>
internal static partial class Validation
{
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string Dns1035Rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string ValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string KeyRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    /// <exception cref="StatusException">422 with every fault.</exception>
    public static void Check(ResourceKind kind, JsonObject json, JsonObject? old)
    {
        var errors = new List<FieldError>();
        Metadata(kind, json, errors);
        var spec = json.Object("spec");
        if (kind == Kinds.Pods)
            PodValidation.Check(spec, "spec", errors);
        else if (kind.HasScale)
            Workload(spec, old.Object("spec"), errors);
        else if (kind == Kinds.Services)
            Service(spec, old.Object("spec"), errors);
        else if (kind == Kinds.ResourceQuotas)
            PolicyValidation.Quota(spec, errors);
        else if (kind == Kinds.LimitRanges)
            PolicyValidation.LimitRange(spec, errors);
        else if (kind == Kinds.NetworkPolicies)
            PolicyValidation.NetworkPolicy(spec, errors);
        else if (kind == Kinds.RuntimeClasses)
            PolicyValidation.RuntimeClass(json, old, errors);
        if (kind == Kinds.Pods && old is not null)
            PodValidation.CheckUpdate(spec, old.Object("spec"), errors);
        if (errors.Count > 0)
            throw StatusException.Invalid(kind, json.Text("metadata", "name") ?? "", errors);
    }

    public static void Labels(JsonObject? labels, string path, List<FieldError> errors)
    {
        foreach (var (key, value) in labels.Pairs())
        {
            QualifiedName(key, path, errors);
            if (value.Length > 63)
                errors.Add(FieldError.Invalid(path, value, "must be no more than 63 characters"));
            else if (!ValuePattern().IsMatch(value))
                errors.Add(FieldError.Invalid(path, value, ValueRule));
        }
    }

    public static void Label(string? value, string path, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(value))
            errors.Add(FieldError.Required(path));
        else if (value.Length > 63)
            errors.Add(FieldError.Invalid(path, value, "must be no more than 63 characters"));
        else if (!LabelPattern().IsMatch(value))
            errors.Add(FieldError.Invalid(path, value, LabelRule));
    }

    public static void Port(JsonNode? port, string path, List<FieldError> errors)
    {
        if (port.Number() is null or < 1 or > 65535 && port.Text() is null)
            errors.Add(FieldError.Invalid(path, port ?? 0, "must be between 1 and 65535, inclusive"));
    }

    public static void NotNegative(JsonObject? quantities, string path, List<FieldError> errors)
    {
        foreach (var (name, value) in quantities.Pairs())
        {
            if (PodResources.Quantity(value) < 0)
                errors.Add(FieldError.Invalid($"{path}[{name}]", value, "must be greater than or equal to 0"));
        }
    }

    private static void Metadata(ResourceKind kind, JsonObject json, List<FieldError> errors)
    {
        var name = json.Text("metadata", "name");
        if (string.IsNullOrEmpty(name))
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else if (kind == Kinds.Services && (name.Length > 63 || !Dns1035Pattern().IsMatch(name)))
            errors.Add(FieldError.Invalid("metadata.name", name, Dns1035Rule));
        else if (kind == Kinds.Namespaces)
            Label(name, "metadata.name", errors);
        else if (name.Length > 253)
            errors.Add(FieldError.Invalid("metadata.name", name, "must be no more than 253 characters"));
        else if (!SubdomainPattern().IsMatch(name))
            errors.Add(FieldError.Invalid("metadata.name", name, SubdomainRule));
        Labels(json.Object("metadata", "labels"), "metadata.labels", errors);
        foreach (var (key, _) in json.Pairs("metadata", "annotations"))
            QualifiedName(key, "metadata.annotations", errors);
        if (json.Pairs("metadata", "annotations").Sum(p => p.Key.Length + p.Value.Length) > 256 * 1024)
            errors.Add(new("FieldValueTooLong", "metadata.annotations", "Too long: may not be more than 262144 bytes"));
        foreach (var finalizer in json.Texts("metadata", "finalizers"))
        {
            QualifiedName(finalizer, "metadata.finalizers", errors);
            if (!finalizer.Contains('/') && finalizer is not ("orphan" or "foregroundDeletion" or "kubernetes"))
                errors.Add(FieldError.Invalid("metadata.finalizers", finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
        }

        var at = 0;
        foreach (var owner in json.Items("metadata", "ownerReferences"))
        {
            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                    errors.Add(FieldError.Invalid($"metadata.ownerReferences[{at}].{field}", "", "must not be empty"));
            }

            at++;
        }
    }

    private static void QualifiedName(string key, string path, List<FieldError> errors)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !SubdomainPattern().IsMatch(key[..slash]))
            errors.Add(FieldError.Invalid(path, key, $"prefix part {SubdomainRule}"));
        if (key.Length - slash - 1 > 63)
            errors.Add(FieldError.Invalid(path, key, "name part must be no more than 63 characters"));
        else if (!KeyPattern().IsMatch(key[(slash + 1)..]))
            errors.Add(FieldError.Invalid(path, key, KeyRule));
    }

    private static void Workload(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        if (spec.Number("replicas") is < 0 and var replicas)
            errors.Add(FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0"));
        var selector = LabelSelector.From(spec.Object("selector"));
        var labels = spec.Object("template", "metadata", "labels");
        if (spec.Object("selector") is null)
            errors.Add(FieldError.Required("spec.selector"));
        else if (selector.IsEmpty)
            errors.Add(FieldError.Invalid("spec.selector", spec!["selector"], "empty selector is invalid for deployment"));
        if (!selector.Matches(labels))
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`"));
        if (old is not null && !JsonNode.DeepEquals(spec!["selector"], old["selector"]))
            errors.Add(FieldError.Invalid("spec.selector", spec["selector"], "field is immutable"));
        Labels(labels, "spec.template.metadata.labels", errors);
        PodValidation.Check(spec.Object("template", "spec"), "spec.template.spec", errors);
        if (spec.Text("template", "spec", "restartPolicy") is { } policy and not "Always")
            errors.Add(FieldError.NotSupported("spec.template.spec.restartPolicy", policy, "Always"));
        if (spec.Text("strategy", "type") is { } type and not ("RollingUpdate" or "Recreate"))
            errors.Add(FieldError.NotSupported("spec.strategy.type", type, "Recreate", "RollingUpdate"));
    }

    private static void Service(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        var ports = spec.Items("ports").ToList();
        if (ports.Count == 0 && spec.Text("clusterIP") != "None" && spec.Text("type") != "ExternalName")
            errors.Add(FieldError.Required("spec.ports"));
        if (spec.Text("type") is { } type and not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName"))
            errors.Add(FieldError.NotSupported("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        for (var i = 0; i < ports.Count; i++)
        {
            Port(ports[i]["port"], $"spec.ports[{i}].port", errors);
            Port(ports[i]["targetPort"], $"spec.ports[{i}].targetPort", errors);
            if (ports.Count > 1 || ports[i].Text("name") is not null)
                Label(ports[i].Text("name"), $"spec.ports[{i}].name", errors);
        }

        foreach (var name in ports.Select(p => p.Text("name")).OfType<string>().GroupBy(n => n).Where(g => g.Count() > 1))
            errors.Add(FieldError.Duplicate("spec.ports", name.Key));
        if (old.Text("clusterIP") is { } ip && spec.Text("clusterIP") != ip && spec.Text("type") != "ExternalName")
            errors.Add(FieldError.Invalid("spec.clusterIP", spec.Text("clusterIP"), "field is immutable"));
        Labels(spec.Object("selector"), "spec.selector", errors);
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Dns1035Pattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex ValuePattern();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex KeyPattern();
}
