using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Finds why a Deployment's pods could not be created, or took too long.</summary>
internal static class DeploymentCauses
{
    private const string DeadlineExceeded = "ProgressDeadlineExceeded";

    /// <summary>The API server refused the pods; null when it didn't.</summary>
    public static RolloutCause? Refusal(V1Deployment deployment, IReadOnlyCollection<V1Pod>? pods) =>
        deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" }) is { } refused
            ? CreationCauses.Of(
                $"Deployment/{deployment.Metadata.Name}", refused.Reason, refused.Message ?? "", refused.LastTransitionTime?.ToUniversalTime(), pods)
            : null;

    /// <summary>The Deployment's deadline passed; null when it didn't. It doesn't say why.</summary>
    public static RolloutCause? Deadline(V1Deployment deployment) =>
        deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Progressing", Status: "False", Reason: DeadlineExceeded }) is { } passed
            ? new(
                $"Deployment/{deployment.Metadata.Name}", DeadlineExceeded, ErrorClass.Transient, IsFinal: true, CauseRank.Readiness,
                passed.Message ?? "", At: passed.LastUpdateTime?.ToUniversalTime())
            : null;
}
