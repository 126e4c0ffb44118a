namespace TenantSandbox.AksTwin.Cel;

/// <summary>A map whose entries are known.</summary>
internal sealed class CelMap : ICelMap
{
    /// <summary>By normalized key: 1 and 1.0 are the same one.</summary>
    private readonly Dictionary<object, (object? Key, object? Value)> _entries = [];

    public int Count => _entries.Count;

    public IEnumerable<object?> Keys => _entries.Values.Select(e => e.Key);

    /// <returns>False if there is an entry with this key.</returns>
    public bool TryAdd(object key, object? value) => _entries.TryAdd(Normalize(key), (key, value));

    public bool TryGet(object? key, out object? value)
    {
        var isFound = _entries.TryGetValue(Normalize(key ?? throw CelEvaluationException.NoSuchOverload()), out var entry);
        value = entry.Value;
        return isFound;
    }

    private static object Normalize(object key) => key is double number && number == Math.Floor(number) && Math.Abs(number) < long.MaxValue
        ? (long)number : key;
}
