namespace TenantSandbox.AksTwin.Cel;

/// <summary>CEL's standard functions for strings, sizes and conversions. Those of Kubernetes' libraries aren't understood.</summary>
internal static class CelFunctions
{
    private static readonly HashSet<string> Names = new(
        ["size", "startsWith", "endsWith", "contains", "matches", "string", "int", "double", "dyn"], StringComparer.Ordinal);

    public static bool IsKnown(string name) => Names.Contains(name);

    /// <returns>Null if there is no such function for these types.</returns>
    /// <exception cref="ArgumentException">A pattern isn't a valid regular expression.</exception>
    public static (CelType Type, CelCode Code)? Find(CelCall call, CelType[] types, CelCode[] codes) => (call.Function, types, call.IsMember) switch
    {
        ("size", [{ Kind: CelKind.Dyn or CelKind.String or CelKind.List or CelKind.Map }], _) => (CelType.Int, Unary(codes, Size)),
        ("startsWith", [var a, var b], true) when AreStrings(a, b) => (CelType.Bool, OfStrings(codes, (s, t) => s.StartsWith(t, StringComparison.Ordinal))),
        ("endsWith", [var a, var b], true) when AreStrings(a, b) => (CelType.Bool, OfStrings(codes, (s, t) => s.EndsWith(t, StringComparison.Ordinal))),
        ("contains", [var a, var b], true) when AreStrings(a, b) => (CelType.Bool, OfStrings(codes, (s, t) => s.Contains(t, StringComparison.Ordinal))),
        ("matches", [var a, var b], _) when AreStrings(a, b) => (CelType.Bool, Matches(call.Arguments[1], codes)),
        ("string", [{ Kind: CelKind.Dyn or CelKind.String or CelKind.Int or CelKind.Double or CelKind.Bool }], false) => (CelType.String, Unary(codes, ToText)),
        ("int", [{ Kind: CelKind.Dyn or CelKind.String or CelKind.Int or CelKind.Double }], false) => (CelType.Int, Unary(codes, ToInteger)),
        ("double", [{ Kind: CelKind.Dyn or CelKind.String or CelKind.Int or CelKind.Double }], false) => (CelType.Double, Unary(codes, ToDouble)),
        ("dyn", [_], false) => (CelType.Dyn, codes[0]),
        _ => null,
    };

    private static bool AreStrings(CelType a, CelType b) => a.Kind is CelKind.String or CelKind.Dyn && b.Kind is CelKind.String or CelKind.Dyn;

    private static CelCode Unary(CelCode[] codes, Func<object?, object> function) => frame =>
    {
        frame.Budget.Spend();
        return function(codes[0](frame));
    };

    private static CelCode OfStrings(CelCode[] codes, Func<string, string, bool> function) => frame =>
    {
        frame.Budget.Spend();
        return (codes[0](frame), codes[1](frame)) is (string text, string other) ? function(text, other) : throw CelEvaluationException.NoSuchOverload();
    };

    /// <summary>A constant pattern is compiled once.</summary>
    private static CelCode Matches(CelExpression pattern, CelCode[] codes)
    {
        if (pattern is CelLiteral { Value: string constant })
        {
            var regex = CelPattern.Compile(constant);
            return OfStrings(codes, (text, _) => regex.IsMatch(text));
        }

        return OfStrings(codes, (text, dynamic) =>
        {
            try
            {
                return CelPattern.Compile(dynamic).IsMatch(text);
            }
            catch (ArgumentException e)
            {
                throw new CelEvaluationException(e.Message);
            }
        });
    }

    private static object Size(object? value) => value switch
    {
        string text => (object)(long)text.EnumerateRunes().Count(),
        IReadOnlyList<object?> list => (long)list.Count,
        ICelMap map => (long)map.Count,
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    private static object ToText(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    private static object ToInteger(object? value) => value switch
    {
        long number => number,
        double number => number is > -9223372036854775808d and < 9223372036854775808d
            ? (long)number : throw new CelEvaluationException("integer overflow"),
        string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw new CelEvaluationException("type conversion error from 'string' to 'int'"),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    private static object ToDouble(object? value) => value switch
    {
        double number => number,
        long number => (double)number,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : throw new CelEvaluationException("type conversion error from 'string' to 'double'"),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };
}
