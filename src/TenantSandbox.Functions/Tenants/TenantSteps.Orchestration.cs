using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Typed calls of the activities and entity operations about one tenant, with their retries.</summary>
internal static class TenantSteps
{
    public static Task<SubmitAnswer> SubmitAsync(this TaskOrchestrationContext context, TenantCommand command) =>
        context.CallEntityAsync<SubmitAnswer>(
            TenantEntity.IdOf(command.Request.TenantId), nameof(TenantEntity.Submit), command, EntityCalls.MustSucceed);

    public static Task CompleteAsync(this TaskOrchestrationContext context, string tenantId, OperationReport report) =>
        context.CallEntityAsync(TenantEntity.IdOf(tenantId), nameof(TenantEntity.Complete), report, EntityCalls.MustSucceed);

    public static Task ApplyNamespaceAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync(ActivityNames.ApplyNamespace, tenant, RetryPolicies.Activity);

    public static Task ApplyWorkloadsAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync(ActivityNames.ApplyWorkloads, tenant, RetryPolicies.Activity);

    public static Task<RolloutObservation> WatchRolloutAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync<RolloutObservation>(ActivityNames.WatchRollout, tenant, RetryPolicies.Activity);

    public static Task DeleteWorkloadsAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync(ActivityNames.DeleteWorkloads, tenant, RetryPolicies.Activity);

    public static Task<AbsenceObservation> DeleteNamespaceAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync<AbsenceObservation>(ActivityNames.DeleteNamespace, tenant, RetryPolicies.Activity);

    public static Task<AbsenceObservation> ReadNamespaceAbsenceAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync<AbsenceObservation>(ActivityNames.ReadNamespaceAbsence, tenant, RetryPolicies.Activity);
}
