namespace TenantSandbox.Local.Engine;

internal static class InstanceIds
{
    public static bool IsEntity(string id) => id.StartsWith('@');

    /// <exception cref="ArgumentException">The id is an entity's; orchestrations can't have such.</exception>
    public static void EnsureNotEntity(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (IsEntity(id))
        {
            throw new ArgumentException($"Instance id '{id}' starts with '@', which is kept for entities.", nameof(id));
        }
    }
}
