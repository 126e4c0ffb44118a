using System.Reflection;

namespace TenantSandbox.Functions.Tests.BuildOutput;

public sealed class FunctionsMetadataTests
{
    /// <summary>What the Functions host serves. Routes, queue names, schedules and function names are contracts with callers and deployments.</summary>
    private const string Table =
        """
        ApplyNamespace: activityTrigger tenant
        ApplyWorkloads: activityTrigger tenant
        ClusterEntity: entityTrigger dispatcher
        CreatePoolOrchestration: orchestrationTrigger context
        DeleteNamespace: activityTrigger tenant
        DeletePool: activityTrigger pool
        DeletePoolOrchestration: orchestrationTrigger context
        DeleteTenant: httpTrigger request authLevel=Function methods=delete route=tenants/{tenantId}; durableClient client; out http $return
        DeleteWorkloads: activityTrigger tenant
        EnsurePool: activityTrigger pool
        GetHealth: httpTrigger request authLevel=Anonymous methods=get route=health; out http $return
        GetOperation: httpTrigger request authLevel=Function methods=get route=operations/{operationId}; durableClient client; out http $return
        GetTenant: httpTrigger request authLevel=Function methods=get route=tenants/{tenantId}; durableClient client; out http $return
        ListTenants: httpTrigger request authLevel=Function methods=get route=tenants; durableClient client; out http $return
        OffboardOrchestration: orchestrationTrigger context
        OnTenantEvent: eventGridTrigger events cardinality=Many dataType=String; durableClient client
        OnTenantRequest: queueTrigger message queueName=tenant-requests supportsDeferredBinding=True; durableClient client
        OnTenantRequestPoison: queueTrigger message queueName=tenant-requests-poison supportsDeferredBinding=True
        OnboardOrchestration: orchestrationTrigger context
        PostTenant: httpTrigger request authLevel=Function methods=post route=tenants; durableClient client; out http $return
        PublishEvent: activityTrigger published
        ReadNamespaceAbsence: activityTrigger tenant
        ReadPool: activityTrigger pool
        SelectClusters: activityTrigger query
        SubmitRequestOrchestration: orchestrationTrigger context
        TenantEntity: entityTrigger dispatcher
        WatchRollout: activityTrigger tenant
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
