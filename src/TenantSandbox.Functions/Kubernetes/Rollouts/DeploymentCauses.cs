using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Finds why a Deployment's pods could not be created.</summary>
internal static class DeploymentCauses
{
    private const string DeadlineExceeded = "ProgressDeadlineExceeded";

    /// <summary>The API server refused the pods; null when it didn't.</summary>
    public static RolloutCause? Refusal(V1Deployment deployment, IReadOnlyCollection<V1Pod>? pods)
    {
        if (deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" }) is not { } refused)
        {
            return null;
        }

        var message = refused.Message ?? "";
        var (errorClass, isFinal) = message switch
        {
            // No other pool or cluster changes what the namespace's policy or an admission webhook forbids.
            _ when Contains("violates PodSecurity") || Contains("denied the request") || Contains("forbidden: ValidatingAdmissionPolicy") => (ErrorClass.Invalid, true),
            // The tenant's own quota covers every pod that it needs: what exceeds it are pods that have just ended, until they are counted off.
            _ when Contains($"exceeded quota: {QuotaManifest.Name}") => (ErrorClass.Transient, false),
            // Terminating pods count, so it is transient while there are any.
            _ when Contains("exceeded quota") => (ErrorClass.Quota, pods?.All(p => p.Metadata.DeletionTimestamp is null) == true),
            // A quota that isn't counted yet and an unknown RuntimeClass: until the API server has caught up.
            _ => (ErrorClass.Transient, false),
        };
        return new(
            $"Deployment/{deployment.Metadata.Name}", refused.Reason ?? "FailedCreate", errorClass, isFinal,
            isFinal ? CauseRank.Final : CauseRank.Refusal, message, At: refused.LastTransitionTime?.ToUniversalTime());

        bool Contains(string text) => message.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>The Deployment's deadline passed; null when it didn't. It doesn't say why.</summary>
    public static RolloutCause? Deadline(V1Deployment deployment) =>
        deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Progressing", Status: "False", Reason: DeadlineExceeded }) is { } passed
            ? new(
                $"Deployment/{deployment.Metadata.Name}", DeadlineExceeded, ErrorClass.Transient, IsFinal: true, CauseRank.Readiness,
                passed.Message ?? "", At: passed.LastUpdateTime?.ToUniversalTime())
            : null;
}
