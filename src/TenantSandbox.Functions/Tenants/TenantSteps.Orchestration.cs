using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that have to do with a tenant, each with its types, its name and its retries.</summary>
internal static class TenantSteps
{
    public static Task<SubmitAnswer> SubmitAsync(this TaskOrchestrationContext context, TenantCommand command) =>
        context.Entities.CallEntityAsync<SubmitAnswer>(TenantEntity.IdOf(command.Request.TenantId), nameof(TenantEntity.Submit), command);

    public static Task ReportAsync(this TaskOrchestrationContext context, string tenantId, OperationReport report) =>
        context.Entities.CallEntityAsync(TenantEntity.IdOf(tenantId), nameof(TenantEntity.Complete), report);

    public static Task ApplyNamespaceAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync(ActivityNames.ApplyNamespace, tenant, Retries.Step);

    public static Task ApplyWorkloadsAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync(ActivityNames.ApplyWorkloads, tenant, Retries.Step);

    public static Task<RolloutObservation> WatchRolloutAsync(this TaskOrchestrationContext context, PlacedTenant tenant) =>
        context.CallActivityAsync<RolloutObservation>(ActivityNames.WatchRollout, tenant, Retries.Step);

    public static Task DeleteWorkloadsAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync(ActivityNames.DeleteWorkloads, tenant, Retries.Step);

    public static Task<AbsenceObservation> DeleteNamespaceAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync<AbsenceObservation>(ActivityNames.DeleteNamespace, tenant, Retries.Step);

    public static Task<AbsenceObservation> ReadNamespaceAbsenceAsync(this TaskOrchestrationContext context, TenantNamespaceRef tenant) =>
        context.CallActivityAsync<AbsenceObservation>(ActivityNames.ReadNamespaceAbsence, tenant, Retries.Step);
}
