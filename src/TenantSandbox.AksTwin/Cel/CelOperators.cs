namespace TenantSandbox.AksTwin.Cel;

/// <summary>CEL's operators.</summary>
internal static class CelOperators
{
    private static readonly HashSet<string> Names = new(
        ["_?_:_", "_&&_", "_||_", "!_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_", "_[_]", "@in"],
        StringComparer.Ordinal);

    public static bool IsKnown(string name) => Names.Contains(name);

    /// <returns>Null if there is no such operator for these types.</returns>
    public static (CelType Type, CelCode Code)? Find(string name, CelType[] types, CelCode[] codes) => (name, types, codes) switch
    {
        ("_?_:_", [var c, var a, var b], [var condition, var whenTrue, var whenFalse]) =>
            IsBool(c) && CelType.Join(a, b) is { } type ? (type, f => CelValues.IsTrue(condition(f)) ? whenTrue(f) : whenFalse(f)) : null,
        ("_&&_", [var a, var b], [var left, var right]) => IsBool(a) && IsBool(b) ? (CelType.Bool, Decide(left, right, decisive: false)) : null,
        ("_||_", [var a, var b], [var left, var right]) => IsBool(a) && IsBool(b) ? (CelType.Bool, Decide(left, right, decisive: true)) : null,
        ("!_", [var a], [var operand]) => IsBool(a) ? (CelType.Bool, f => !CelValues.IsTrue(operand(f))) : null,
        ("-_", [var a], [var operand]) => a.IsNumber || a.IsDyn ? (a, f => CelArithmetic.Negate(operand(f))) : null,
        ("_==_", [var a, var b], [var left, var right]) => CelType.Join(a, b) is null ? null : (CelType.Bool, f => CelValues.AreEqual(left(f), right(f))),
        ("_!=_", [var a, var b], [var left, var right]) => CelType.Join(a, b) is null ? null : (CelType.Bool, f => !CelValues.AreEqual(left(f), right(f))),
        ("_<_", [var a, var b], _) => HaveOrder(a, b) ? (CelType.Bool, Compare(codes, order => order < 0)) : null,
        ("_<=_", [var a, var b], _) => HaveOrder(a, b) ? (CelType.Bool, Compare(codes, order => order <= 0)) : null,
        ("_>_", [var a, var b], _) => HaveOrder(a, b) ? (CelType.Bool, Compare(codes, order => order > 0)) : null,
        ("_>=_", [var a, var b], _) => HaveOrder(a, b) ? (CelType.Bool, Compare(codes, order => order >= 0)) : null,
        ("_+_" or "_-_" or "_*_" or "_/_" or "_%_", [var a, var b], [var left, var right]) =>
            CelArithmetic.ResultOf(name, a, b) is { } type ? (type, f => CelArithmetic.Apply(name, left(f), right(f))) : null,
        ("_[_]", [var container, var key], [var left, var right]) => ItemOf(container, key) is { } type ? (type, f => Index(left(f), right(f))) : null,
        ("@in", [var item, var container], [var left, var right]) =>
            CanContain(container, item) ? (CelType.Bool, f => Contains(right(f), left(f))) : null,
        _ => null,
    };

    private static bool IsBool(CelType type) => type.Kind is CelKind.Bool or CelKind.Dyn;

    private static bool HaveOrder(CelType a, CelType b) => (a.IsDyn || a.IsNumber || a.Kind is CelKind.String or CelKind.Bool)
        && (CelType.Join(a, b) is not null || (a.IsNumber && b.IsNumber)) && (b.IsDyn || b.IsNumber || b.Kind is CelKind.String or CelKind.Bool);

    /// <summary>The operand that decides the result may stand on either side; a failure of the other doesn't matter.</summary>
    private static CelCode Decide(CelCode left, CelCode right, bool decisive) => frame =>
    {
        CelEvaluationException? failure = null;
        try
        {
            if (CelValues.IsTrue(left(frame)) == decisive)
            {
                return decisive;
            }
        }
        catch (CelEvaluationException e)
        {
            failure = e;
        }

        return CelValues.IsTrue(right(frame)) == decisive ? decisive : failure is null ? !decisive : throw failure;
    };

    private static CelCode Compare(CelCode[] codes, Predicate<int?> holds) =>
        frame => holds(CelValues.Compare(codes[0](frame), codes[1](frame)));

    private static CelType? ItemOf(CelType container, CelType key) => container.Kind switch
    {
        CelKind.Dyn => CelType.Dyn,
        CelKind.List => key.Kind is CelKind.Int or CelKind.Dyn ? container.Item : null,
        CelKind.Map => CelType.Join(container.Key!, key) is null ? null : container.Item,
        _ => null,
    };

    private static bool CanContain(CelType container, CelType item) => container.Kind switch
    {
        CelKind.Dyn => true,
        CelKind.List => CelType.Join(container.Item!, item) is not null,
        CelKind.Map => CelType.Join(container.Key!, item) is not null,
        _ => false,
    };

    private static object? Index(object? container, object? key) => (container, key) switch
    {
        (ICelMap map, _) => map.TryGet(key, out var value) ? value : throw CelEvaluationException.NoSuchKey(key),
        (IReadOnlyList<object?> list, long index) =>
            index >= 0 && index < list.Count ? list[(int)index] : throw new CelEvaluationException($"index out of bounds: {index}"),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    private static bool Contains(object? container, object? item) => container switch
    {
        IReadOnlyList<object?> list => list.Any(i => CelValues.AreEqual(i, item)),
        ICelMap map => map.TryGet(item, out _),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };
}
