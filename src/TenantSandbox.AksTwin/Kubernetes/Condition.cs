namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Reads and writes conditions in an object's status.</summary>
internal static class Condition
{
    public static JsonObject? Find(JsonObject json, string type) =>
        json.GetObjects("status", "conditions").FirstOrDefault(c => c.GetString("type") == type);

    public static bool IsTrue(JsonObject json, string type) => Find(json, type).GetString("status") == "True";

    /// <summary>
    /// Sets a condition and returns it. lastTransitionTime changes only with the status; an empty reason or message is omitted.
    /// </summary>
    public static JsonObject Set(
        JsonObject json, DateTimeOffset now, string type, bool isTrue, string reason = "", string message = "")
    {
        var (condition, status) = (Find(json, type), isTrue ? "True" : "False");
        if (condition is null)
        {
            json.EnsureObject("status").EnsureArray("conditions").Add(condition = new() { ["type"] = type });
        }

        if (condition.GetString("status") != status)
        {
            condition["lastTransitionTime"] = now.ToTimestamp();
        }

        condition["status"] = status;
        condition.SetOrRemove("reason", reason.Length == 0 ? null : reason);
        condition.SetOrRemove("message", message.Length == 0 ? null : message);
        return condition;
    }

    public static void Remove(JsonObject json, string type) =>
        (json.GetNode("status", "conditions") as JsonArray)?.Remove(Find(json, type));
}
