namespace TenantSandbox.AksTwin.Cel;

/// <summary>
/// Checks the names and types of an expression and compiles it to delegates. What it doesn't understand is an error here and never at
/// evaluation, so that no policy is stored that can't be evaluated.
/// </summary>
internal sealed class CelCompiler
{
    private readonly string _source;
    private readonly List<(string Name, CelType Type)> _scope;
    private int _slotCount;

    private CelCompiler(string source, IEnumerable<(string, CelType)> variables)
    {
        (_source, _scope) = (source, [.. variables]);
        _slotCount = _scope.Count;
    }

    /// <exception cref="CelCompilationException">The expression isn't understood, or its types don't fit.</exception>
    public static CelProgram Compile(string source, IReadOnlyList<(string Name, CelType Type)> variables)
    {
        var compiler = new CelCompiler(source, variables);
        var (type, code) = compiler.Compile(CelParser.Parse(source));
        return new(source, type, code, compiler._slotCount);
    }

    private (CelType Type, CelCode Code) Compile(CelExpression expression) => expression switch
    {
        CelLiteral literal => (TypeOf(literal.Value), _ => literal.Value),
        CelIdentifier identifier => CompileIdentifier(identifier),
        CelSelect select => CompileSelect(select),
        CelListLiteral list => CompileList(list),
        CelMapLiteral map => CompileMap(map),
        CelComprehension macro => CompileComprehension(macro),
        CelCall call => CompileCall(call),
        _ => throw Error(expression, $"unsupported expression {expression.GetType().Name}"),
    };

    private (CelType, CelCode) CompileIdentifier(CelIdentifier identifier)
    {
        // The innermost macro's variable hides others.
        var slot = _scope.FindLastIndex(v => v.Name == identifier.Name);
        return slot >= 0 ? (_scope[slot].Type, frame => frame.Slots[slot])
            : throw Error(identifier, $"undeclared reference to '{identifier.Name}' (in container '')");
    }

    private (CelType, CelCode) CompileSelect(CelSelect select)
    {
        var ((type, operand), field) = (Compile(select.Operand), select.Field);
        var fieldType = type switch
        {
            { Kind: CelKind.Dyn } => CelType.Dyn,
            { Kind: CelKind.Map } => type.Item!,
            { Kind: CelKind.Object } => type.Fields!.TryGetValue(field, out var known) ? known : throw Error(select, $"undefined field '{field}'"),
            _ => throw Error(select, $"type '{type}' does not support field selection"),
        };
        return select.IsTest
            ? (CelType.Bool, frame => operand(frame) is ICelMap map && map.TryGet(field, out _))
            : (fieldType, frame => operand(frame) is ICelMap map && map.TryGet(field, out var value)
                ? value : throw CelEvaluationException.NoSuchKey(field));
    }

    private (CelType, CelCode) CompileList(CelListLiteral list)
    {
        var items = Array.ConvertAll(list.Items, Compile);
        var codes = Array.ConvertAll(items, i => i.Code);
        return (CelType.List(JoinAll(list, items.Select(i => i.Type))), frame => Array.ConvertAll(codes, code => code(frame)));
    }

    private (CelType, CelCode) CompileMap(CelMapLiteral map)
    {
        var entries = Array.ConvertAll(map.Entries, e => (Key: Compile(e.Key), Value: Compile(e.Value)));
        var codes = Array.ConvertAll(entries, e => (Key: e.Key.Code, Value: e.Value.Code));
        var keyType = JoinAll(map, entries.Select(e => e.Key.Type));
        if (keyType.Kind is not (CelKind.Dyn or CelKind.Bool or CelKind.Int or CelKind.String))
        {
            throw Error(map, $"unsupported key type '{keyType}'");
        }

        return (CelType.Map(keyType, JoinAll(map, entries.Select(e => e.Value.Type))), frame => BuildMap(codes, frame));
    }

    private static CelMap BuildMap((CelCode Key, CelCode Value)[] entries, CelFrame frame)
    {
        var map = new CelMap();
        foreach (var entry in entries)
        {
            var key = entry.Key(frame) is { } valid and (bool or long or string) ? valid : throw new CelEvaluationException("unsupported key type");
            if (!map.TryAdd(key, entry.Value(frame)))
            {
                throw new CelEvaluationException($"Failed with repeated key {key}");
            }
        }

        return map;
    }

    private (CelType, CelCode) CompileComprehension(CelComprehension macro)
    {
        var (rangeType, range) = Compile(macro.Range);
        var itemType = rangeType.Kind switch
        {
            CelKind.Dyn => CelType.Dyn,
            CelKind.List => rangeType.Item!,
            CelKind.Map => rangeType.Key!,
            _ => throw Error(macro.Range,
                $"expression of type '{rangeType}' cannot be range of a comprehension (must be list, map, or dynamic)"),
        };
        var slot = _scope.Count;
        _scope.Add((macro.Variable, itemType));
        _slotCount = Math.Max(_slotCount, _scope.Count);
        var (condition, transform) = (macro.Condition is { } c ? CompileCondition(c) : null, macro.Transform is { } t ? Compile(t) : default);
        _scope.RemoveAt(slot);
        return macro.Macro switch
        {
            "all" => (CelType.Bool, CelLoops.All(range, slot, condition!)),
            "exists" => (CelType.Bool, CelLoops.Exists(range, slot, condition!)),
            "exists_one" => (CelType.Bool, CelLoops.ExistsOne(range, slot, condition!)),
            "filter" => (CelType.List(itemType), CelLoops.Map(range, slot, condition, frame => frame.Slots[slot])),
            _ => (CelType.List(transform.Type), CelLoops.Map(range, slot, condition, transform.Code)),
        };
    }

    private CelCode CompileCondition(CelExpression expression)
    {
        var (type, code) = Compile(expression);
        return type.Kind is CelKind.Bool or CelKind.Dyn ? code : throw Error(expression, $"expected type 'bool' but found '{type}'");
    }

    private (CelType, CelCode) CompileCall(CelCall call)
    {
        var arguments = Array.ConvertAll(call.Arguments, Compile);
        var (types, codes) = (Array.ConvertAll(arguments, a => a.Type), Array.ConvertAll(arguments, a => a.Code));
        try
        {
            return CelOperators.Find(call.Function, types, codes) ?? CelFunctions.Find(call, types, codes)
                ?? throw Error(call, CelFunctions.IsKnown(call.Function) || CelOperators.IsKnown(call.Function)
                    ? $"found no matching overload for '{call.Function}' applied to '{Describe(call, types)}'"
                    : $"undeclared reference to '{call.Function}' (in container '')");
        }
        catch (ArgumentException e)
        {
            throw Error(call, e.Message);
        }
    }

    private CelType JoinAll(CelExpression expression, IEnumerable<CelType> types)
    {
        CelType? joined = null;
        foreach (var type in types)
        {
            joined = joined is null ? type
                : CelType.Join(joined, type) ?? throw Error(expression, $"expected type '{joined}' but found '{type}'");
        }

        return joined ?? CelType.Dyn;
    }

    private CelCompilationException Error(CelExpression expression, string reason) => new(_source, expression.Position, reason);

    private static string Describe(CelCall call, CelType[] types) =>
        call.IsMember ? $"{types[0]}.({string.Join(", ", types[1..].AsEnumerable())})" : $"({string.Join(", ", types.AsEnumerable())})";

    private static CelType TypeOf(object? value) => value switch
    {
        null => CelType.Null,
        bool => CelType.Bool,
        long => CelType.Int,
        double => CelType.Double,
        _ => CelType.String,
    };
}
