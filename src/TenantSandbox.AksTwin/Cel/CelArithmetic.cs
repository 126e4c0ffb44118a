namespace TenantSandbox.AksTwin.Cel;

/// <summary>Arithmetic and concatenation.</summary>
internal static class CelArithmetic
{
    /// <summary>A known operand decides the type, because no operator takes operands of two types.</summary>
    /// <returns>Null if the operator isn't defined for these types.</returns>
    public static CelType? ResultOf(string name, CelType a, CelType b) =>
        IsOperand(name, a) && IsOperand(name, b) && CelType.Join(a, b) is { } joined ? (a.IsDyn ? b : b.IsDyn ? a : joined) : null;

    public static object Apply(string name, object? left, object? right)
    {
        try
        {
            return (name, left, right) switch
            {
                ("_+_", long a, long b) => checked(a + b),
                ("_-_", long a, long b) => checked(a - b),
                ("_*_", long a, long b) => checked(a * b),
                ("_/_", long a, long b) => a / b,
                ("_%_", long a, long b) => a % b,
                ("_+_", double a, double b) => a + b,
                ("_-_", double a, double b) => a - b,
                ("_*_", double a, double b) => a * b,
                ("_/_", double a, double b) => a / b,
                ("_+_", string a, string b) => a + b,
                ("_+_", IReadOnlyList<object?> a, IReadOnlyList<object?> b) => new List<object?>([.. a, .. b]),
                _ => throw CelEvaluationException.NoSuchOverload(),
            };
        }
        catch (OverflowException)
        {
            throw new CelEvaluationException("integer overflow");
        }
        catch (DivideByZeroException)
        {
            throw new CelEvaluationException(name == "_%_" ? "modulus by zero" : "division by zero");
        }
    }

    public static object Negate(object? operand) => operand switch
    {
        long.MinValue => throw new CelEvaluationException("integer overflow"),
        long number => -number,
        double number => -number,
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    private static bool IsOperand(string name, CelType type) =>
        type.IsDyn || type.Kind == CelKind.Int || (type.Kind == CelKind.Double && name != "_%_")
        || (name == "_+_" && type.Kind is CelKind.String or CelKind.List);
}
