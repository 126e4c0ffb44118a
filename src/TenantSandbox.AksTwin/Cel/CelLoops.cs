namespace TenantSandbox.AksTwin.Cel;

/// <summary>The loops of CEL's macros, over the items of a list or the keys of a map.</summary>
internal static class CelLoops
{
    /// <summary>One false decides, whatever fails for other items.</summary>
    public static CelCode All(CelCode range, int slot, CelCode condition) => Aggregate(range, slot, condition, decisive: false);

    /// <summary>One true decides, whatever fails for other items.</summary>
    public static CelCode Exists(CelCode range, int slot, CelCode condition) => Aggregate(range, slot, condition, decisive: true);

    public static CelCode ExistsOne(CelCode range, int slot, CelCode condition)
    {
        var matching = Map(range, slot, condition, static _ => null);
        return frame => ((List<object?>)matching(frame)!).Count == 1;
    }

    /// <summary>The results for the items that meet a condition.</summary>
    public static CelCode Map(CelCode range, int slot, CelCode? condition, CelCode transform) => frame =>
    {
        var results = new List<object?>();
        foreach (var item in ItemsOf(range(frame)))
        {
            frame.Budget.Spend();
            frame.Slots[slot] = item;
            if (condition is null || CelValues.IsTrue(condition(frame)))
            {
                frame.Slots[slot] = item;
                results.Add(transform(frame));
            }
        }

        return results;
    };

    private static CelCode Aggregate(CelCode range, int slot, CelCode condition, bool decisive) => frame =>
    {
        CelEvaluationException? failure = null;
        foreach (var item in ItemsOf(range(frame)))
        {
            frame.Budget.Spend();
            frame.Slots[slot] = item;
            try
            {
                if (CelValues.IsTrue(condition(frame)) == decisive)
                {
                    return decisive;
                }
            }
            catch (CelEvaluationException e)
            {
                failure ??= e;
            }
        }

        return failure is null ? !decisive : throw failure;
    };

    private static IEnumerable<object?> ItemsOf(object? range) => range switch
    {
        IReadOnlyList<object?> list => list,
        ICelMap map => map.Keys,
        _ => throw CelEvaluationException.NoSuchOverload(),
    };
}
