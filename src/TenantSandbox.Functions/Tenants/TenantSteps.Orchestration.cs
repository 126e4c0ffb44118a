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

    public static Task<SubmitAnswer> ActAsync(this TaskOrchestrationContext context, OperatorCommand command) =>
        context.CallEntityAsync<SubmitAnswer>(TenantEntity.IdOf(command.TenantId), nameof(TenantEntity.Act), command, EntityCalls.MustSucceed);

    public static Task CompleteAsync(this TaskOrchestrationContext context, string tenantId, OperationReport report) =>
        context.CallEntityAsync(TenantEntity.IdOf(tenantId), nameof(TenantEntity.Complete), report, EntityCalls.MustSucceed);

    public static Task AttemptAsync(this TaskOrchestrationContext context, string tenantId, PlacementAttempt attempt) =>
        context.CallEntityAsync(TenantEntity.IdOf(tenantId), nameof(TenantEntity.Attempt), attempt, EntityCalls.WithinOperation);

    public static Task AdoptSpecAsync(this TaskOrchestrationContext context, string tenantId, string hash) =>
        context.CallEntityAsync(TenantEntity.IdOf(tenantId), nameof(TenantEntity.AdoptSpec), hash, EntityCalls.WithinOperation);

    /// <returns>Who has the host name.</returns>
    public static Task<HostNameClaim> ClaimHostNameAsync(this TaskOrchestrationContext context, string host, HostNameRequest request) =>
        context.CallEntityAsync<HostNameClaim>(HostNameEntity.IdOf(host), nameof(HostNameEntity.Claim), request, EntityCalls.WithinOperation);

    public static Task ReleaseHostNameAsync(this TaskOrchestrationContext context, string host, HostNameClaim claim) =>
        context.CallEntityAsync(HostNameEntity.IdOf(host), nameof(HostNameEntity.Release), claim, EntityCalls.WithinOperation);

    public static Task<bool> UsesHostNameAsync(this TaskOrchestrationContext context, string tenantId, string host) =>
        context.CallEntityAsync<bool>(TenantEntity.IdOf(tenantId), nameof(TenantEntity.UsesHostName), host, EntityCalls.WithinOperation);

    public static Task<AdmissionAnswer> CheckAdmissionAsync(this OperationRun run, PlacedTenant tenant) =>
        run.CallAsync<AdmissionAnswer>(ActivityNames.CheckAdmission, tenant);

    public static Task ApplyNamespaceAsync(this OperationRun run, PlacedTenant tenant) => run.CallAsync(ActivityNames.ApplyNamespace, tenant);

    /// <returns>Ready if every workload is available already; null if that must be waited for, and from activities of an earlier version.</returns>
    public static Task<RolloutObservation?> ApplyWorkloadsAsync(this OperationRun run, PlacedTenant tenant) =>
        run.CallAsync<RolloutObservation?>(ActivityNames.ApplyWorkloads, tenant);

    public static Task<RolloutObservation> WatchRolloutAsync(this OperationRun run, PlacedTenant tenant) =>
        run.CallAsync<RolloutObservation>(ActivityNames.WatchRollout, tenant);

    public static Task SuspendWorkloadsAsync(this OperationRun run, PlacedTenant tenant) => run.CallAsync(ActivityNames.SuspendWorkloads, tenant);

    public static Task<SuspensionObservation> WatchSuspensionAsync(this OperationRun run, PlacedTenant tenant) =>
        run.CallAsync<SuspensionObservation>(ActivityNames.WatchSuspension, tenant);

    public static Task DeleteWorkloadsAsync(this OperationRun run, TenantNamespaceRef tenant) => run.CallAsync(ActivityNames.DeleteWorkloads, tenant);

    public static Task<AbsenceObservation> DeleteNamespaceAsync(this OperationRun run, TenantNamespaceRef tenant) =>
        run.CallAsync<AbsenceObservation>(ActivityNames.DeleteNamespace, tenant);

    public static Task<AbsenceObservation> ReadNamespaceAbsenceAsync(this OperationRun run, TenantNamespaceRef tenant) =>
        run.CallAsync<AbsenceObservation>(ActivityNames.ReadNamespaceAbsence, tenant);

    public static Task<RemovedFinalizers> RemoveFinalizersAsync(this OperationRun run, FinalizerRemoval removal) =>
        run.CallAsync<RemovedFinalizers>(ActivityNames.RemoveFinalizers, removal);
}
