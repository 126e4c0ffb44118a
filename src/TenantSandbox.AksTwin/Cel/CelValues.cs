namespace TenantSandbox.AksTwin.Cel;

/// <summary>
/// The values of CEL: null, bool, long, double, string, <see cref="IReadOnlyList{T}"/> and <see cref="ICelMap"/>; their equality and order.
/// </summary>
internal static class CelValues
{
    /// <summary>JSON as a value: a number without fraction is an integer.</summary>
    public static object? FromJson(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => new CelJsonMap(map),
        JsonArray list => new CelJsonList(list),
        JsonValue value => FromScalar(value),
        _ => throw new ArgumentException($"JSON of type {node.GetType().Name} has no value.", nameof(node)),
    };

    /// <summary>Deep equality. Numbers of both types are compared by value; values of other different types aren't equal.</summary>
    public static bool AreEqual(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (long or double, long or double) => CompareNumbers(one, other) == 0,
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Count == b.Count && Enumerable.Range(0, a.Count).All(i => AreEqual(a[i], b[i])),
        (ICelMap a, ICelMap b) => a.Count == b.Count && a.Keys.All(k => a.TryGet(k, out var x) && b.TryGet(k, out var y) && AreEqual(x, y)),
        _ => Equals(one, other),
    };

    /// <returns>Negative, zero or positive; null if one is not a number.</returns>
    /// <exception cref="CelEvaluationException">The values have no order.</exception>
    public static int? Compare(object? one, object? other) => (one, other) switch
    {
        (long or double, long or double) => CompareNumbers(one, other),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    public static bool IsTrue(object? value) => value is bool flag ? flag : throw CelEvaluationException.NoSuchOverload();

    private static object FromScalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetValue<string>(),
        // Without the cast, the integer would become a double as well.
        _ => value.GetInteger() is { } integer ? (object)integer
            : double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static int? CompareNumbers(object one, object other) => (one, other) switch
    {
        (long a, long b) => a.CompareTo(b),
        (double a, _) when double.IsNaN(a) => null,
        (_, double b) when double.IsNaN(b) => null,
        (double a, double b) => a.CompareTo(b),
        (long a, double b) => CompareMixed(a, b),
        (double a, long b) => -CompareMixed(b, a),
        _ => throw CelEvaluationException.NoSuchOverload(),
    };

    /// <summary>Exact: not every long is a double.</summary>
    private static int CompareMixed(long integer, double number) =>
        number >= 9223372036854775808d ? -1 : number < -9223372036854775808d ? 1
        : integer.CompareTo((long)Math.Floor(number)) is not 0 and var order ? order
        : number > Math.Floor(number) ? -1 : 0;
}
