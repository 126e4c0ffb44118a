namespace TenantSandbox.AksTwin.Cel;

/// <summary>A map or an object of CEL.</summary>
internal interface ICelMap
{
    int Count { get; }

    IEnumerable<object?> Keys { get; }

    /// <returns>False if there is no such key.</returns>
    bool TryGet(object? key, out object? value);
}
