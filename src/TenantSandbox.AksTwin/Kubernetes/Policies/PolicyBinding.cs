using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>A ValidatingAdmissionPolicyBinding.</summary>
internal sealed class PolicyBinding(JsonObject binding)
{
    private readonly JsonObject? _paramRef = binding.GetObject("spec", "paramRef");

    public string Name { get; } = binding.GetString("metadata", "name") ?? "";

    public string PolicyName { get; } = binding.GetString("spec", "policyName") ?? "";

    public MatchResources Match { get; } = new(binding.GetObject("spec", "matchResources"));

    public IReadOnlyList<string> Actions { get; } = [.. binding.GetStrings("spec", "validationActions")];

    /// <summary>The objects with each of which the policy is evaluated; none means not at all. Null stands for evaluation without params.</summary>
    /// <exception cref="PolicyConfigurationException">The params can't be found, and the binding demands them.</exception>
    public IReadOnlyList<ICelMap?> FindParams(CompiledPolicy policy, string ns, ObjectStore store)
    {
        if (policy.ParamKind is not { } paramKind || _paramRef is null)
        {
            return [null];
        }

        var (apiVersion, kindName) = (paramKind.GetString("apiVersion"), paramKind.GetString("kind"));
        var kind = Kinds.All.FirstOrDefault(k => k.ApiVersion == apiVersion && k.Kind == kindName)
            ?? throw new PolicyConfigurationException($"paramKind kind `{apiVersion}, Kind={kindName}` not known");
        var own = _paramRef.GetString("namespace") ?? "";
        if (!kind.IsNamespaced && own.Length > 0)
        {
            throw new PolicyConfigurationException("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        }

        var place = !kind.IsNamespaced ? "" : own.Length > 0 ? own : ns;
        if (kind.IsNamespaced && place.Length == 0)
        {
            throw new PolicyConfigurationException("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }

        var found = _paramRef.GetString("name") is { Length: > 0 } name
            ? new[] { store.Find(kind, place, name) }.OfType<StoredObject>()
            : store.List(kind, place).Where(o => LabelSelector.From(_paramRef.GetObject("selector")).Matches(o.Json.GetObject("metadata", "labels")));
        ICelMap?[] parameters = [.. found.Select(o => new CelJsonMap(o.Json))];
        return parameters.Length > 0 || _paramRef.GetString("parameterNotFoundAction") != "Deny" ? parameters
            : throw new PolicyConfigurationException("no params found for policy binding with `Deny` parameterNotFoundAction");
    }
}
