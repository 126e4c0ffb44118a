namespace TenantSandbox.AksTwin.Cel;

/// <summary>A JSON object as a map.</summary>
internal sealed class CelJsonMap(JsonObject json) : ICelMap
{
    public int Count => json.Count;

    public IEnumerable<object?> Keys => json.Select(p => p.Key);

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (key is not string name || !json.TryGetPropertyValue(name, out var node))
        {
            return false;
        }

        value = CelValues.FromJson(node);
        return true;
    }
}
