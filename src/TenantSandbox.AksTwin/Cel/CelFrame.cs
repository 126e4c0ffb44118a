namespace TenantSandbox.AksTwin.Cel;

/// <summary>How much may still be evaluated for one request. Shared by all expressions of a policy.</summary>
internal sealed class CelBudget
{
    /// <summary>Steps, each a call or an item of a macro; Kubernetes bounds the cost of one policy at 10,000,000 units.</summary>
    private int _left = 1_000_000;

    public void Spend()
    {
        if (--_left < 0)
        {
            throw new CelEvaluationException("operation cancelled: actual cost limit exceeded");
        }
    }
}

/// <summary>The variables of one evaluation: the declared ones, then those of macros.</summary>
internal sealed record CelFrame(object?[] Slots, CelBudget Budget);

/// <summary>Compiled code.</summary>
/// <exception cref="CelEvaluationException">The evaluation fails.</exception>
internal delegate object? CelCode(CelFrame frame);

/// <summary>A compiled expression.</summary>
/// <param name="Type">The static type of its result.</param>
internal sealed record CelProgram(string Source, CelType Type, CelCode Code, int SlotCount)
{
    /// <param name="variables">The values of the declared variables in their order.</param>
    /// <exception cref="CelEvaluationException">The evaluation fails.</exception>
    public object? Evaluate(ReadOnlySpan<object?> variables, CelBudget budget)
    {
        var slots = new object?[SlotCount];
        variables.CopyTo(slots);
        return Code(new(slots, budget));
    }
}
