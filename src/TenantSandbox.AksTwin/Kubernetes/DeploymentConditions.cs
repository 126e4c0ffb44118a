namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Sets the conditions of a Deployment as the deployment controller of Kubernetes does.</summary>
internal static class DeploymentConditions
{
    public static void SetAvailable(JsonObject json, DateTimeOffset now, bool isAvailable)
    {
        if (isAvailable)
        {
            SetCondition(json, now, "Available", true, "MinimumReplicasAvailable", "Deployment has minimum availability.");
        }
        else
        {
            SetCondition(json, now, "Available", false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
        }
    }

    /// <param name="title">The current ReplicaSet as messages name it.</param>
    /// <param name="hasProgressed">Whether the status has changed since the last reconciliation.</param>
    /// <param name="isNew">Whether the current ReplicaSet has no pods yet.</param>
    public static void SetProgressing(
        JsonObject json, DateTimeOffset now, string title, bool isComplete, bool hasProgressed, bool isNew, TimeSpan deadline)
    {
        var progress = Condition.Find(json, "Progressing");
        if (isComplete)
        {
            SetCondition(json, now, "Progressing", true, "NewReplicaSetAvailable", $"{title} has successfully progressed.");
        }
        else if (hasProgressed && isNew)
        {
            SetCondition(json, now, "Progressing", true, "NewReplicaSetCreated", $"Created new {title}", isUpdate: true);
        }
        else if (hasProgressed)
        {
            SetCondition(json, now, "Progressing", true, "ReplicaSetUpdated", $"{title} is progressing.", isUpdate: true);
        }
        else if (now - progress.GetTime("lastUpdateTime") >= deadline
            && progress.GetString("reason") != "NewReplicaSetAvailable")
        {
            SetCondition(json, now, "Progressing", false, "ProgressDeadlineExceeded", $"{title} has timed out progressing.");
        }
    }

    public static void SetReplicaFailure(JsonObject json, DateTimeOffset now, List<StoredObject> sets)
    {
        if (sets.Select(s => Condition.Find(s.Json, "ReplicaFailure")).FirstOrDefault(c => c is not null) is { } failure)
        {
            SetCondition(json, now, "ReplicaFailure", true, failure.GetString("reason")!, failure.GetString("message")!);
        }
        else
        {
            Condition.Remove(json, "ReplicaFailure");
        }
    }

    /// <param name="isUpdate">Whether lastUpdateTime changes even if the reason stays the same.</param>
    private static void SetCondition(
        JsonObject json, DateTimeOffset now, string type, bool isTrue, string reason, string message, bool isUpdate = false)
    {
        isUpdate |= Condition.Find(json, type).GetString("reason") != reason;
        var condition = Condition.Set(json, now, type, isTrue, reason, message);
        if (isUpdate)
        {
            condition["lastUpdateTime"] = now.ToTimestamp();
        }
    }
}
