using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>The variables of a policy, each evaluated when it is first read.</summary>
internal sealed class PolicyVariables(IReadOnlyDictionary<string, CelProgram> programs, object?[] roots, CelBudget budget) : ICelMap
{
    private readonly Dictionary<string, (object? Value, CelEvaluationException? Failure)> _results = new(StringComparer.Ordinal);

    public int Count => programs.Count;

    public IEnumerable<object?> Keys => programs.Keys;

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (key is not string name || !programs.TryGetValue(name, out var program))
        {
            return false;
        }

        if (!_results.TryGetValue(name, out var result))
        {
            _results[name] = result = Evaluate(name, program);
        }

        value = result.Failure is null ? result.Value : throw result.Failure;
        return true;
    }

    private (object?, CelEvaluationException?) Evaluate(string name, CelProgram program)
    {
        try
        {
            return (program.Evaluate(roots, budget), null);
        }
        catch (CelEvaluationException e)
        {
            return (null, new($"composited variable \"{name}\" fails to evaluate: {e.Message}"));
        }
    }
}
