using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>A validation whose expressions are compiled.</summary>
/// <param name="Message">Empty for none.</param>
/// <param name="Reason">The reason of the status: Invalid, Forbidden, Unauthorized or RequestEntityTooLarge.</param>
internal sealed record PolicyValidation(CelProgram Expression, string Message, CelProgram? MessageExpression, string Reason);

/// <summary>Why a policy denies a request.</summary>
/// <param name="Reason">The reason of the status.</param>
/// <param name="IsConfigurationError">Whether the binding can't be used: that denies whatever its actions are.</param>
internal sealed record PolicyDenial(string Message, string Reason = "Invalid", bool IsConfigurationError = false);

/// <summary>A ValidatingAdmissionPolicy whose expressions are compiled (<c>plugin/policy/validating/validator.go</c>).</summary>
internal sealed class CompiledPolicy(
    string name, JsonObject? spec, CelProgram[] conditions, IReadOnlyDictionary<string, CelProgram> variables, PolicyValidation[] validations,
    CelProgram[] annotations)
{
    /// <summary>Kubernetes' limit of an evaluated message, in bytes.</summary>
    private const int MaxMessageBytes = 5 * 1024;

    public string Name { get; } = name;

    public MatchResources Match { get; } = new(spec.GetObject("matchConstraints"));

    public JsonObject? ParamKind { get; } = spec.GetObject("paramKind");

    /// <summary>Whether a request is denied for which the policy can't be evaluated.</summary>
    public bool IsStrict { get; } = spec.GetString("failurePolicy") != "Ignore";

    /// <param name="objects">The values of object, oldObject, namespaceObject and request.</param>
    /// <param name="parameters">Null for a policy or binding without params.</param>
    public List<PolicyDenial> Evaluate(object?[] objects, ICelMap? parameters)
    {
        var (budget, denials) = (new CelBudget(), new List<PolicyDenial>());
        object?[] roots = [.. objects, parameters, null];
        roots[^1] = new PolicyVariables(variables, roots, budget);
        try
        {
            if (!MeetsConditions(roots, budget))
            {
                return denials;
            }
        }
        catch (CelEvaluationException e)
        {
            AddFailure(denials, e.Message);
            return denials;
        }

        foreach (var validation in validations)
        {
            try
            {
                if (validation.Expression.Evaluate(roots, budget) is not true)
                {
                    denials.Add(new(MessageOf(validation, roots, budget), validation.Reason));
                }
            }
            catch (CelEvaluationException e)
            {
                AddFailure(denials, Describe(validation.Expression, e));
            }
        }

        CheckAnnotations(denials, roots, budget);
        return denials;
    }

    /// <summary>One condition that is false decides, whatever the others do.</summary>
    /// <exception cref="CelEvaluationException">No condition is false, and one can't be evaluated.</exception>
    private bool MeetsConditions(object?[] roots, CelBudget budget)
    {
        CelEvaluationException? failure = null;
        foreach (var condition in conditions)
        {
            try
            {
                if (condition.Evaluate(roots, budget) is false)
                {
                    return false;
                }
            }
            catch (CelEvaluationException e)
            {
                failure ??= new(Describe(condition, e));
            }
        }

        return failure is null ? true : IsStrict ? throw failure : false;
    }

    /// <summary>The twin keeps no audit log, but an annotation that can't be evaluated denies.</summary>
    private void CheckAnnotations(List<PolicyDenial> denials, object?[] roots, CelBudget budget)
    {
        foreach (var annotation in annotations)
        {
            try
            {
                annotation.Evaluate(roots, budget);
            }
            catch (CelEvaluationException e)
            {
                AddFailure(denials, Describe(annotation, e));
            }
        }
    }

    private void AddFailure(List<PolicyDenial> denials, string message)
    {
        if (IsStrict)
        {
            denials.Add(new(message));
        }
    }

    private static string MessageOf(PolicyValidation validation, object?[] roots, CelBudget budget)
    {
        try
        {
            if ((validation.MessageExpression?.Evaluate(roots, budget) as string)?.Trim() is { Length: > 0 } message
                && Encoding.UTF8.GetByteCount(message) <= MaxMessageBytes && !message.Contains('\n', StringComparison.Ordinal))
            {
                return message;
            }
        }
        catch (CelEvaluationException)
        {
            // The constant message is used instead.
        }

        return validation.Message.Length > 0 ? validation.Message : $"failed expression: {validation.Expression.Source.Trim()}";
    }

    private static string Describe(CelProgram program, CelEvaluationException failure) =>
        $"expression '{program.Source}' resulted in error: {failure.Message}";
}
