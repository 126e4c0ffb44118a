using System.Reflection;

namespace TenantSandbox.Functions.Tests.BuildOutput;

public sealed class FunctionsMetadataTests
{
    /// <summary>What the Functions host serves. Routes, queue names, schedules and function names are contracts with callers and deployments.</summary>
    private const string Table =
        """
        ApplyNamespace: activityTrigger
        ApplyWorkloads: activityTrigger
        ClusterEntity: entityTrigger
        CreatePoolOrchestration: orchestrationTrigger
        DeleteNamespace: activityTrigger
        DeletePool: activityTrigger
        DeletePoolOrchestration: orchestrationTrigger
        DeleteTenant: httpTrigger authLevel=Function methods=delete route=tenants/{tenantId}; durableClient; out http
        DeleteWorkloads: activityTrigger
        EnsurePool: activityTrigger
        ExplainTenant: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/explain; durableClient; out http
        FindEndedInstances: activityTrigger; durableClient
        FindSpecs: activityTrigger
        GetHealth: httpTrigger authLevel=Anonymous methods=get route=health; out http
        GetOperation: httpTrigger authLevel=Function methods=get route=operations/{operationId}; durableClient; out http
        GetTenant: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}; durableClient; out http
        GetTenantHistory: httpTrigger authLevel=Function methods=get route=tenants/{tenantId}/history; durableClient; out http
        InspectTenants: activityTrigger
        ListPools: activityTrigger
        ListTenantNamespaces: activityTrigger
        ListTenants: httpTrigger authLevel=Function methods=get route=tenants; durableClient; out http
        OffboardOrchestration: orchestrationTrigger
        OnTenantEvent: eventGridTrigger cardinality=Many dataType=String; durableClient
        OnTenantRequest: queueTrigger queueName=tenant-requests supportsDeferredBinding=True; durableClient
        OnTenantRequestPoison: queueTrigger queueName=tenant-requests-poison supportsDeferredBinding=True
        OnboardOrchestration: orchestrationTrigger
        PostOperationVerb: httpTrigger authLevel=Function methods=post route=operations/{operationId}/{verb}; durableClient; out http
        PostTenant: httpTrigger authLevel=Function methods=post route=tenants; durableClient; out http
        PostTenantVerb: httpTrigger authLevel=Function methods=post route=tenants/{tenantId}/{verb}; durableClient; out http
        PublishEvent: activityTrigger
        PutTenant: httpTrigger authLevel=Function methods=put route=tenants/{tenantId}; durableClient; out http
        ReadNamespaceAbsence: activityTrigger
        ReadPool: activityTrigger
        ReadPoolPods: activityTrigger
        RemoveFinalizers: activityTrigger
        SaveSpec: activityTrigger
        SelectClusters: activityTrigger
        SubmitRequestOrchestration: orchestrationTrigger
        SuspendWorkloads: activityTrigger
        TagPool: activityTrigger
        TenantEntity: entityTrigger
        WatchRollout: activityTrigger
        WatchSuspension: activityTrigger
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
