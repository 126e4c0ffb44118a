using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>
/// The admission plugin ValidatingAdmissionPolicy (<c>plugin/policy/validating/dispatcher.go</c>): judges writes by the stored policies and
/// their bindings. Policies never judge writes of policies and bindings. Policies without a binding do nothing.
/// </summary>
internal sealed class PolicyAdmission(ObjectStore store)
{
    private readonly Dictionary<string, (StoredObject Stored, CompiledPolicy Policy)> _compiled = new(StringComparer.Ordinal);
    private (CompiledPolicy Policy, PolicyBinding[] Bindings)[] _hooks = [];
    private (long Policies, long Bindings) _revisions = (-1, -1);

    /// <summary>Warnings of bindings with the action Warn, since they were last taken.</summary>
    private readonly List<string> _warnings = [];

    /// <summary>Whether any policy is bound.</summary>
    public bool IsActive
    {
        get
        {
            Refresh();
            return _hooks.Length > 0;
        }
    }

    public IReadOnlyList<string> TakeWarnings()
    {
        string[] warnings = [.. _warnings];
        _warnings.Clear();
        return warnings;
    }

    /// <exception cref="StatusException">A policy denies the request: 422, or what the policy's reason says.</exception>
    public void Validate(AdmissionRequest request)
    {
        if (!IsActive || request is { Group: "admissionregistration.k8s.io", Resource: "validatingadmissionpolicies" or "validatingadmissionpolicybindings" })
        {
            return;
        }

        object?[]? objects = null;
        StatusException? first = null;
        foreach (var (policy, bindings) in _hooks)
        {
            foreach (var binding in policy.Match.Matches(request, store) ? bindings : [])
            {
                if (!binding.Match.Matches(request, store))
                {
                    continue;
                }

                objects ??= ValuesOf(request);
                foreach (var denial in Judge(policy, binding, objects, request))
                {
                    first ??= Apply(denial, policy, binding, request);
                }
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    private List<PolicyDenial> Judge(CompiledPolicy policy, PolicyBinding binding, object?[] objects, AdmissionRequest request)
    {
        try
        {
            return binding.FindParams(policy, request.Namespace, store).SelectMany(p => policy.Evaluate(objects, p)).ToList();
        }
        catch (PolicyConfigurationException e)
        {
            return policy.IsStrict ? [new($"failed to configure binding: {e.Message}", IsConfigurationError: true)] : [];
        }
    }

    /// <summary>Does what the binding says about a denial. The action Audit has no effect: the twin keeps no audit log.</summary>
    private StatusException? Apply(PolicyDenial denial, CompiledPolicy policy, PolicyBinding binding, AdmissionRequest request)
    {
        if (binding.Actions.Contains("Warn") && !denial.IsConfigurationError)
        {
            _warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}': {denial.Message}");
        }

        return !binding.Actions.Contains("Deny") && !denial.IsConfigurationError ? null
            : StatusException.DeniedByPolicy(request.Group, request.Resource, request.DisplayName, denial.Reason,
                $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}' denied request: {denial.Message}");
    }

    private object?[] ValuesOf(AdmissionRequest request)
    {
        var ns = request.IsNamespace || request.Namespace.Length == 0 ? null : store.Get(new(Kinds.Namespaces, "", request.Namespace));
        return [request.ObjectValue, request.OldObjectValue, ns is null ? null : new CelJsonMap(ns.Json), request.ToValue()];
    }

    /// <summary>Compiles what has changed since the last call. Stored policies have been compiled before, so no error is expected.</summary>
    private void Refresh()
    {
        var revisions = (store.LatestRevision(Kinds.AdmissionPolicies), store.LatestRevision(Kinds.AdmissionPolicyBindings));
        if (revisions == _revisions)
        {
            return;
        }

        _revisions = revisions;
        foreach (var stored in store.List(Kinds.AdmissionPolicies))
        {
            if (_compiled.GetValueOrDefault(stored.Key.Name).Stored != stored)
            {
                _compiled[stored.Key.Name] = (stored, PolicyCompiler.Compile(stored.Json, out _));
            }
        }

        foreach (var name in _compiled.Keys.Where(n => store.Find(Kinds.AdmissionPolicies, "", n) is null).ToList())
        {
            _compiled.Remove(name);
        }

        var bindings = store.List(Kinds.AdmissionPolicyBindings).Select(b => new PolicyBinding(b.Json)).ToLookup(b => b.PolicyName);
        _hooks =
        [
            .. from policy in _compiled.Values.Select(c => c.Policy)
            where bindings.Contains(policy.Name)
            orderby policy.Name
            select (policy, bindings[policy.Name].ToArray()),
        ];
    }
}
