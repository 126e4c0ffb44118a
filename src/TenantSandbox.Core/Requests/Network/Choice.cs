namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads which of several properties an object has, of which it must have exactly one.</summary>
internal static class Choice
{
    /// <returns>The property that it has; null, with a validation fault, when it has none or several.</returns>
    public static string? Read(ObjectReader reader, params string[] names)
    {
        var given = names.Where(reader.Has).ToArray();
        switch (given)
        {
            case [var only]:
                return only;
            case []:
                reader.AddFault(names[0], ValidationFaultCodes.Required, $"One of {Quote(names)} is required.");
                return null;
            default:
                foreach (var more in given[1..])
                {
                    reader.AddFault(more, ValidationFaultCodes.Exclusive, $"Give only one of {Quote(names)}.");
                }

                return null;
        }
    }

    private static string Quote(string[] names) => string.Join(", ", names.Select(n => $"\"{n}\""));
}
