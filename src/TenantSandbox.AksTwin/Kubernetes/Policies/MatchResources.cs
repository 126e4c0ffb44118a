namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>
/// Which requests a policy or binding is about. The twin serves each kind in one version, so <c>matchPolicy</c> makes no difference.
/// </summary>
internal sealed class MatchResources
{
    private readonly LabelSelector _namespaces;
    private readonly LabelSelector _objects;
    private readonly ResourceRule[] _rules;
    private readonly ResourceRule[] _excluded;

    /// <param name="json">Null matches everything.</param>
    public MatchResources(JsonObject? json)
    {
        _namespaces = LabelSelector.From(json.GetObject("namespaceSelector"));
        _objects = LabelSelector.From(json.GetObject("objectSelector"));
        _rules = [.. json.GetObjects("resourceRules").Select(r => new ResourceRule(r))];
        _excluded = [.. json.GetObjects("excludeResourceRules").Select(r => new ResourceRule(r))];
    }

    /// <exception cref="StatusException">404: a matching request is in a namespace that isn't there.</exception>
    public bool Matches(AdmissionRequest request, ObjectStore store)
    {
        if (Array.Exists(_excluded, r => r.Matches(request)) || (_rules.Length > 0 && !Array.Exists(_rules, r => r.Matches(request))))
        {
            return false;
        }

        return (_objects.IsEmpty || HasLabels(request.Object) || HasLabels(request.OldObject)) && IsInNamespace(request, store);
    }

    private bool HasLabels(JsonObject? json) => json is not null && _objects.Matches(json.GetObject("metadata", "labels"));

    /// <summary>Cluster-scoped objects are in every namespace. A namespace itself is judged by its new labels.</summary>
    private bool IsInNamespace(AdmissionRequest request, ObjectStore store)
    {
        if (_namespaces.IsEmpty || (request.Namespace.Length == 0 && request.Resource != "namespaces"))
        {
            return true;
        }

        var json = request is { Resource: "namespaces", Subresource: "", Object: { } written, Operation: "CREATE" or "UPDATE" } ? written
            : store.Get(new(Kinds.Namespaces, "", request.Namespace)).Json;
        return _namespaces.Matches(json.GetObject("metadata", "labels"));
    }

    private sealed class ResourceRule(JsonObject json)
    {
        private readonly string[] _groups = [.. json.GetStrings("apiGroups")];
        private readonly string[] _versions = [.. json.GetStrings("apiVersions")];
        private readonly string[] _operations = [.. json.GetStrings("operations")];
        private readonly string[] _names = [.. json.GetStrings("resourceNames")];
        private readonly string _scope = json.GetString("scope") ?? "*";

        private readonly (string Resource, string Subresource)[] _resources =
            [.. json.GetStrings("resources").Select(r => r.Split('/', 2)).Select(r => (r[0], r.Length > 1 ? r[1] : ""))];

        public bool Matches(AdmissionRequest request)
        {
            var isClusterScoped = request.Resource == "namespaces" || request.Namespace.Length == 0;
            return _scope switch { "Namespaced" => !isClusterScoped, "Cluster" => isClusterScoped, _ => true }
                && Includes(_operations, request.Operation) && Includes(_groups, request.Group) && Includes(_versions, request.Version)
                && Array.Exists(_resources, r => IsOrAll(r.Resource, request.Resource) && IsOrAll(r.Subresource, request.Subresource))
                && (_names.Length == 0 || _names.Contains(request.Name));
        }

        private static bool Includes(string[] values, string value) => Array.Exists(values, v => IsOrAll(v, value));

        private static bool IsOrAll(string pattern, string value) => pattern == "*" || pattern == value;
    }
}
