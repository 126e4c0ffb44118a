namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>One check of the Pod Security Standards.</summary>
/// <param name="Id">Its id in Pod Security Admission.</param>
/// <param name="Level">The lowest level that it is part of.</param>
/// <param name="Find">Finds the fields of a pod that violate it.</param>
internal sealed record PodSecurityCheck(string Id, PodSecurityLevel Level, Func<EvaluatedPod, IEnumerable<FieldViolation>> Find)
{
    /// <summary>Id of the baseline check that it replaces at the restricted level; null for none.</summary>
    public string? Overrides { get; init; }

    /// <summary>Exempts pods with <c>os.name</c> windows, since 1.25: the API refuses the fields on them.</summary>
    public bool ExemptsWindows { get; init; }

    /// <summary>Exempts pods with <c>hostUsers</c> false, since 1.35: root in their user namespace is no root on the node.</summary>
    public bool ExemptsUserNamespaces { get; init; }

    /// <returns>The violation; null when the pod passes.</returns>
    public PodSecurityViolation? Run(EvaluatedPod pod)
    {
        if ((ExemptsWindows && pod.IsWindows) || (ExemptsUserNamespaces && pod.HasUserNamespace))
        {
            return null;
        }

        FieldViolation[] found = [.. Find(pod)];
        return found.Length == 0 ? null : new(Id, [.. found.Select(f => f.Pointer)], string.Join("; ", found.GroupBy(f => f.Rule).Select(Describe)));
    }

    private static string Describe(IGrouping<string, FieldViolation> violations)
    {
        var parts = string.Join(", ", violations.Select(v => v.Part).Distinct());
        string[] values = [.. violations.Select(v => v.Value).OfType<string>().Distinct()];
        return values.Length == 0 ? $"{parts} {violations.Key}" : $"{parts} {violations.Key} (found {string.Join(", ", values)})";
    }
}

/// <summary>A field that violates a check.</summary>
/// <param name="Part">The part of the pod, such as <c>container "web"</c>.</param>
/// <param name="Pointer">The field's JSON pointer.</param>
/// <param name="Rule">What the part must or must not do, and how to change it; follows the part's name in a sentence.</param>
/// <param name="Value">The forbidden value; null when the rule says it, or the field is absent.</param>
internal sealed record FieldViolation(string Part, string Pointer, string Rule, string? Value = null);
