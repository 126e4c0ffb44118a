using System.Collections;

namespace TenantSandbox.AksTwin.Cel;

/// <summary>A JSON array as a list.</summary>
internal sealed class CelJsonList(JsonArray json) : IReadOnlyList<object?>
{
    public int Count => json.Count;

    public object? this[int index] => CelValues.FromJson(json[index]);

    public IEnumerator<object?> GetEnumerator() => json.Select(CelValues.FromJson).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
