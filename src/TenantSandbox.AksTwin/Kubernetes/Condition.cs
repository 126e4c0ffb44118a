namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The conditions in an object's status.</summary>
internal static class Condition
{
    public static JsonObject? Find(JsonObject json, string type) =>
        json.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type);

    public static bool Holds(JsonObject json, string type) => Find(json, type).Text("status") == "True";

    /// <summary>Sets a condition; its transition time moves only with its status. An empty reason or message is none.</summary>
    public static JsonObject Set(JsonObject json, DateTimeOffset now, string type, bool holds, string reason = "", string message = "")
    {
        var (condition, status) = (Find(json, type), holds ? "True" : "False");
        if (condition is null)
        {
            json.Ensure("status").EnsureArray("conditions").Add(condition = new() { ["type"] = type });
        }

        if (condition.Text("status") != status)
        {
            condition["lastTransitionTime"] = now.Stamp();
        }

        condition["status"] = status;
        condition.Put("reason", reason.Length == 0 ? null : reason);
        condition.Put("message", message.Length == 0 ? null : message);
        return condition;
    }

    public static void Remove(JsonObject json, string type) => (json.At("status", "conditions") as JsonArray)?.Remove(Find(json, type));
}
