namespace TenantSandbox.AksTwin.Cel;

internal enum CelKind { Dyn, Null, Bool, Int, Double, String, List, Map, Object }

/// <summary>A static type. Dyn, which JSON has, is checked at run time only.</summary>
/// <param name="Item">Type of the items of a list or of the values of a map.</param>
/// <param name="Key">Type of the keys of a map.</param>
/// <param name="Fields">The fields of an object.</param>
internal sealed record CelType(
    CelKind Kind, CelType? Item = null, CelType? Key = null, IReadOnlyDictionary<string, CelType>? Fields = null)
{
    public static readonly CelType Dyn = new(CelKind.Dyn);
    public static readonly CelType Null = new(CelKind.Null);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType Double = new(CelKind.Double);
    public static readonly CelType String = new(CelKind.String);

    public bool IsDyn => Kind == CelKind.Dyn;

    public bool IsNumber => Kind is CelKind.Int or CelKind.Double;

    public static CelType List(CelType item) => new(CelKind.List, item);

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, value, key);

    public static CelType Object(IReadOnlyDictionary<string, CelType> fields) => new(CelKind.Object, Fields: fields);

    public static CelType Object(params (string Name, CelType Type)[] fields) => Object(fields.ToDictionary(f => f.Name, f => f.Type));

    /// <summary>The type of a value that has one of two types; null if no value can have both.</summary>
    public static CelType? Join(CelType one, CelType other) =>
        one.IsDyn || other.IsDyn ? Dyn
        : one.Kind == CelKind.Null || other.Kind == CelKind.Null ? one.Kind == other.Kind ? Null : JoinNull(one, other)
        : one.Kind != other.Kind ? null
        : one.Kind == CelKind.List ? Join(one.Item!, other.Item!) is { } item ? List(item) : null
        : one.Kind == CelKind.Map ? Join(one.Key!, other.Key!) is { } key && Join(one.Item!, other.Item!) is { } value ? Map(key, value) : null
        : one;

    public override string ToString() => Kind switch
    {
        CelKind.List => $"list({Item})",
        CelKind.Map => $"map({Key}, {Item})",
        CelKind.Null => "null_type",
        CelKind.Object => "object",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Only objects can be null; scalars, lists and maps can't.</summary>
    private static CelType? JoinNull(CelType one, CelType other) =>
        one.Kind == CelKind.Object ? one : other.Kind == CelKind.Object ? other : null;
}
