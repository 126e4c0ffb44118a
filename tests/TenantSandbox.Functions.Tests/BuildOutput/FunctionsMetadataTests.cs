using System.Reflection;

namespace TenantSandbox.Functions.Tests.BuildOutput;

public sealed class FunctionsMetadataTests
{
    /// <summary>What the Functions host serves. Routes, queue names, schedules and function names are contracts with callers and deployments.</summary>
    private const string Table =
        """
        ActOrchestration: orchestrationTrigger
        ApplyClusterBaseline: activityTrigger
        ApplyNamespace: activityTrigger
        ApplyWorkloads: activityTrigger
        CheckAdmission: activityTrigger
        CloseNetwork: activityTrigger
        ClusterBaselineOrchestration: orchestrationTrigger
        ClusterEntity: entityTrigger
        CompensateOrchestration: orchestrationTrigger
        CreatePoolOrchestration: orchestrationTrigger
        DeleteNamespace: activityTrigger
        DeleteOldReports: activityTrigger; durableClient
        DeletePool: activityTrigger
        DeletePoolOrchestration: orchestrationTrigger
        DeleteProbes: activityTrigger
        DeleteTenant: httpTrigger authLevel=Function methods=delete route=tenants/{tenantId}; durableClient; out http
        DeleteUnusedSpecs: activityTrigger; durableClient
        DeleteWorkloads: activityTrigger
        EnsurePool: activityTrigger
        ExpireTenantPage: activityTrigger; durableClient
        ExpireTenantsOrchestration: orchestrationTrigger
        ExpireTenantsTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:ExpireTenants%; durableClient
        ExplainTenant: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/explain; durableClient; out http
        FindEndedInstances: activityTrigger; durableClient
        FindSpecs: activityTrigger
        GetHealth: httpTrigger authLevel=Anonymous methods=get route=health; out http
        GetIsolationReport: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/isolation-report; out http
        GetMaintenance: httpTrigger authLevel=Function methods=get route=maintenance; durableClient; out http
        GetOperation: httpTrigger authLevel=Function methods=get route=operations/{operationId}; durableClient; out http
        GetReportKeys: httpTrigger authLevel=Function methods=get route=isolation-report-keys; out http
        GetTenant: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}; durableClient; out http
        GetTenantHistory: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/history; durableClient; out http
        GetTenantWorkloads: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/workloads; durableClient; out http
        GetWorkloadLogs: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/workloads/{workload}/logs; durableClient; out http
        HostNameEntity: entityTrigger
        InspectTenants: activityTrigger
        JudgeIsolation: activityTrigger
        ListIsolationReports: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/isolation-reports; out http
        ListPools: activityTrigger
        ListTenantNamespaces: activityTrigger
        ListTenants: httpTrigger authLevel=Function methods=get route=tenants; durableClient; out http
        MaintenanceEntity: entityTrigger
        NoticeOrchestration: orchestrationTrigger
        OffboardOrchestration: orchestrationTrigger
        OnTenantEvent: eventGridTrigger cardinality=Many dataType=String; durableClient
        OnTenantRequest: queueTrigger queueName=tenant-requests supportsDeferredBinding=True; durableClient
        OnTenantRequestPoison: queueTrigger queueName=tenant-requests-poison supportsDeferredBinding=True
        OnboardOrchestration: orchestrationTrigger
        PostOperationVerb: httpTrigger authLevel=Function methods=post route=operations/{operationId}/{verb}; durableClient; out http
        PostTenant: httpTrigger authLevel=Function methods=post route=tenants; durableClient; out http
        PostTenantVerb: httpTrigger authLevel=Function methods=post route=tenants/{tenantId}/{verb}; durableClient; out http
        PublishEvent: activityTrigger; durableClient
        PurgeHistoryOrchestration: orchestrationTrigger
        PurgeHistoryTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:PurgeHistory%; durableClient
        PurgeInstances: activityTrigger; durableClient
        PutTenant: httpTrigger authLevel=Function methods=put route=tenants/{tenantId}; durableClient; out http
        ReadNamespaceAbsence: activityTrigger
        ReadPool: activityTrigger
        ReadPoolPods: activityTrigger
        RebuildOrchestration: orchestrationTrigger
        RebuildPage: activityTrigger; durableClient
        RebuildState: httpTrigger authLevel=Function methods=post route=maintenance/rebuild; durableClient; out http
        ReconcileClustersOrchestration: orchestrationTrigger
        ReconcileClustersTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:ReconcileClusters%; durableClient
        ReconcileOrchestration: orchestrationTrigger
        ReconcileTenantPage: activityTrigger; durableClient
        ReconcileTenantsOrchestration: orchestrationTrigger
        ReconcileTenantsTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:ReconcileTenants%; durableClient
        RemoveFinalizers: activityTrigger
        ResumeOrchestration: orchestrationTrigger
        RunMaintenance: httpTrigger authLevel=Function methods=post route=maintenance/{task}/run; durableClient; out http
        SaveSpec: activityTrigger
        SelectClusters: activityTrigger
        SettleOrchestration: orchestrationTrigger
        SettleTenantPage: activityTrigger; durableClient
        StartProbes: activityTrigger
        SubmitRequestOrchestration: orchestrationTrigger
        SuspendOrchestration: orchestrationTrigger
        SuspendWorkloads: activityTrigger
        SweepOrphans: activityTrigger; durableClient
        SweepOrphansOrchestration: orchestrationTrigger
        SweepOrphansTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:SweepOrphans%; durableClient
        TagPool: activityTrigger
        TakeInventory: activityTrigger; durableClient
        TenantEntity: entityTrigger
        TrimTenantPage: activityTrigger; durableClient
        UpdateOrchestration: orchestrationTrigger
        VerifyIsolationOrchestration: orchestrationTrigger
        VerifyOrchestration: orchestrationTrigger
        WatchProbes: activityTrigger
        WatchRollout: activityTrigger
        WatchSuspension: activityTrigger
        WatchdogOrchestration: orchestrationTrigger
        WatchdogTimer: timerTrigger schedule=%TenantSandbox:Maintenance:Schedules:Watchdog%; durableClient
        """;

    [Fact]
    public void Functions_OfTheBuild_AreThoseOfTheTable() => Assert.Equal(Table.Split('\n', StringSplitOptions.TrimEntries), AppOutput.Functions());

    [Fact]
    public void EntryPoints_OfTheBuild_ExistInTheAssembly()
    {
        foreach (var function in AppOutput.Read("functions.metadata").AsArray())
        {
            var entryPoint = function!["entryPoint"]!.ToString();
            var separator = entryPoint.LastIndexOf('.');
            var type = typeof(Program).Assembly.GetType(entryPoint[..separator]);

            Assert.True(AppOutput.Has(function["scriptFile"]!.ToString()), $"{function["name"]}: {function["scriptFile"]} is missing.");
            Assert.True(
                type?.GetMethod(entryPoint[(separator + 1)..], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static) is not null,
                $"{function["name"]}: {entryPoint} is not a public method.");
        }
    }
}
