using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Finds why an object could not create its pods: the API server refused them.</summary>
internal static class CreationCauses
{
    /// <summary>Of a condition or event.</summary>
    /// <param name="name">The object, as in <c>Job/migrate</c>.</param>
    /// <param name="reason">Kubernetes' reason.</param>
    /// <param name="message">The API server's words.</param>
    /// <param name="at">When it happened last.</param>
    /// <param name="pods">The workload's pods; null when they weren't read.</param>
    public static RolloutCause Of(string name, string? reason, string message, DateTimeOffset? at, IReadOnlyCollection<V1Pod>? pods)
    {
        var (errorClass, isFinal) = message switch
        {
            // No other pool or cluster changes what the namespace's policy or an admission webhook forbids.
            _ when Contains("violates PodSecurity") || Contains("denied the request") || Contains("forbidden: ValidatingAdmissionPolicy") =>
                (ErrorClass.Invalid, true),
            // The tenant's own quota covers every pod that it needs: what exceeds it are pods that have just ended, until they are counted off.
            _ when Contains($"exceeded quota: {QuotaManifest.Name}") => (ErrorClass.Transient, false),
            // Terminating pods count, so it is transient while there are any.
            _ when Contains("exceeded quota") => (ErrorClass.Quota, pods?.All(p => p.Metadata.DeletionTimestamp is null) == true),
            // A quota that isn't counted yet and an unknown RuntimeClass: until the API server has caught up.
            _ => (ErrorClass.Transient, false),
        };
        return new(name, reason ?? "FailedCreate", errorClass, isFinal, isFinal ? CauseRank.Final : CauseRank.Refusal, message, At: at);

        bool Contains(string text) => message.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>Of the newest event, for kinds that have no condition about it; null when there is none since the object was applied.</summary>
    public static RolloutCause? Find(IKubernetesObject<V1ObjectMeta> maker, string name, RolloutFacts facts, IReadOnlyCollection<V1Pod> pods)
    {
        var appliedAt = maker.Metadata.ManagedFields?.Where(f => f.Manager == ServerSideApply.FieldManager).Max(f => f.Time)?.ToUniversalTime();
        return facts.Newest(maker.Metadata, "FailedCreate") is { } found && !(RolloutEvents.At(found)?.UtcDateTime < appliedAt)
            ? Of(name, found.Reason, found.Message ?? "", RolloutEvents.At(found), pods)
            : null;
    }
}
