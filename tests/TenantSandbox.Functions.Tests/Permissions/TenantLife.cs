using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Workloads;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Kubernetes;
using TenantSandbox.Functions.Tests.Orchestrations;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>
/// The whole life of a tenant that uses every feature, with the app's own orchestrations and activities against the twin, which records every
/// permission that the app needs. One run, whatever tests are selected, so that the record is always complete.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class TenantLife : IAsyncLifetime
{
    private const string Tenant = "acme";
    private const string Namespace = $"tenant-{Tenant}";
    private const string Finalizer = "example.com/hold";

    /// <summary>The user that the twin takes the app's token for.</summary>
    private const string AppUser = "for-the-twin";

    private const string SubnetId =
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-tenant-sandbox/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes";

    private static readonly MaintenanceSettings Settings = new(
        100, TimeSpan.Zero, TimeSpan.FromMinutes(1), true, TimeSpan.FromDays(30), TimeSpan.FromHours(4), ChecksBaselines: true);

    // Long enough that every change is still under way when the app looks, so that it watches.
    private static readonly TimingProfile Timing = TimingProfile.Instant with
    {
        KataSandboxStart = TimeSpan.FromSeconds(1),
        PodTermination = TimeSpan.FromSeconds(1),
        NamespaceSweep = TimeSpan.FromSeconds(1),
    };

    private readonly AccessLog _log = new();
    private readonly ClusterFixture _cluster;
    private InProcessTaskHub? _hub;
    private int _requests;

    public TenantLife() => _cluster = new(
        kubeconfig: null,
        new()
        {
            ["Verification__ProbeImage"] = "registry.example/probe@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            ["Clusters__0__EgressByHostName"] = "true",
            ["Network__HostNames__0"] = "{tenant}.example.com",
            ["Network__Gateway__Namespace"] = "default",
            ["Network__Gateway__Name"] = "public",
        },
        new TwinOptions
        {
            AccessLog = _log,
            Timing = Timing,
            Clusters = [new() { SubnetId = SubnetId }],
            Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" },
        });

    /// <summary>The actions in Azure that the app needed.</summary>
    internal IReadOnlyList<ArmAction> Actions => [.. _log.Actions.Where(a => a.Caller == AppUser)];

    /// <summary>The verbs in Kubernetes that the app needed.</summary>
    internal IReadOnlyList<KubernetesAccess> Accesses => [.. _log.Accesses.Where(a => a.Caller == AppUser)];

    private InProcessTaskHub Hub => _hub!;

    private IKubernetes Operator => _cluster.Client;

    public async Task InitializeAsync()
    {
        await _cluster.InitializeAsync();
        _hub = new InProcessTaskHub(TestSystem.Functions, DateTimeOffset.UtcNow, TestSystem.CurrentVersion);
        _hub.AddAppActivities(_cluster.Services);
        await _hub.StartAsync();

        await CreateGatewayAsync();
        _cluster.Azure.Vaults.Set(ClusterFixture.Vault, $"{Tenant}--db", "value");
        await SubmitAsync(TenantRequestKind.Onboard, EveryFeature, TenantPhase.Ready);
        await ReadAsync();
        await DisturbBaselineAsync();
        await MaintainAsync(MaintenanceTask.ReconcileClusters);
        await MaintainAsync(MaintenanceTask.ReconcileTenants);
        await ActAsync(TenantVerb.Suspend, TenantPhase.Suspended);
        await ActAsync(TenantVerb.Resume, TenantPhase.Ready);
        await OpenNetworkAsync();
        await ActAsync(TenantVerb.Verify, TenantPhase.Quarantined);
        await ActAsync(TenantVerb.LiftQuarantine, TenantPhase.Ready);
        await SubmitAsync(TenantRequestKind.Update, FewFeatures, TenantPhase.Ready);
        await MaintainAsync(MaintenanceTask.SweepOrphans);
        await MaintainAsync(MaintenanceTask.Rebuild);
        await HoldAsync();
        await ActAsync(TenantVerb.ForceOffboard, TenantPhase.Offboarded, [Finalizer]);
    }

    public async Task DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        await _cluster.DisposeAsync();
    }

    private async Task SubmitAsync(TenantRequestKind kind, string json, TenantPhase expected)
    {
        var parsed = TenantRequestParser.Parse(Encoding.UTF8.GetBytes(json), kind, DateTimeOffset.UtcNow, _cluster.Services.GetRequiredService<InstallationRules>());
        Assert.Empty(parsed.Faults);
        MemorySpecStore.Shared.Save(parsed.Spec!);
        await SettleAsync(await Submissions.StartAsync(Hub.Client, new("test", $"request-{++_requests}"), parsed.Request!, Hub.Clock.GetUtcNow(), default), expected);
    }

    private async Task ActAsync(TenantVerb verb, TenantPhase expected, IReadOnlyList<string>? finalizers = null)
    {
        var command = new OperatorCommand($"command-{++_requests}", Tenant, verb, "ann", "test", Hub.Clock.GetUtcNow(), "test", Finalizers: finalizers);
        await SettleAsync(await Submissions.StartAsync(Hub.Client, command, default), expected);
    }

    private async Task SettleAsync(SubmissionStart submission, TenantPhase expected)
    {
        await Hub.SettleAsync();
        var answer = (await Hub.Client.GetInstanceAsync(submission.InstanceId, getInputsAndOutputs: true))!.ReadOutputAs<SubmitAnswer>()!;
        Assert.True(answer.Outcome == SubmitOutcome.Accepted, answer.Message);
        var tenant = (await Hub.Client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(Tenant)))!.State;
        Assert.True(tenant.Phase == expected, $"{answer.OperationId}: {tenant.Phase}, {JsonSerializer.Serialize(tenant.LastError)}");
        Assert.True(expected == TenantPhase.Quarantined || tenant.LastError is null, $"{answer.OperationId}: {tenant.LastError?.Message}");
    }

    private async Task MaintainAsync(MaintenanceTask task)
    {
        var id = task.ToInstanceId();
        await Hub.Client.ScheduleNewOrchestrationInstanceAsync($"{task}Orchestration", new MaintenanceInput(task, Settings, "ann"), new StartOrchestrationOptions(id));
        await Hub.SettleAsync();
        var ended = await Hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        Assert.True(ended is { RuntimeStatus: Microsoft.DurableTask.Client.OrchestrationRuntimeStatus.Completed }, $"{task}: {ended?.FailureDetails?.ErrorMessage}");
    }

    /// <summary>What operators read over HTTP.</summary>
    private async Task ReadAsync()
    {
        var tenant = new TenantNamespaceRef(Tenant, 1, ClusterFixture.ClusterId);
        var reader = _cluster.Services.GetRequiredService<WorkloadStateReader>();
        Assert.NotEmpty((await reader.ReadAsync(tenant, default)).Workloads);
        var pods = await reader.FindPodsAsync(tenant, "web", default);
        using var log = await _cluster.Services.GetRequiredService<PodLogs>().OpenAsync(
            ClusterFixture.ClusterId, Assert.Single(pods!), "web", new LogRange(10, null, IsFollowing: false, IsPrevious: false, LimitBytes: 1000), default);
    }

    /// <summary>Somebody changes an object of each kind of the baseline, in fields that can change and in those that can't.</summary>
    private async Task DisturbBaselineAsync()
    {
        var settings = await Operator.CoreV1.ReadNamespacedConfigMapAsync("policy-settings", "tenantsandbox-policies");
        settings.Immutable = true;
        await Operator.CoreV1.ReplaceNamespacedConfigMapAsync(settings, "policy-settings", "tenantsandbox-policies");
        var ns = await Operator.CoreV1.ReadNamespaceAsync("tenantsandbox-policies");
        ns.Metadata.Labels.Remove("app.kubernetes.io/managed-by");
        await Operator.CoreV1.ReplaceNamespaceAsync(ns, "tenantsandbox-policies");

        // They would refuse the change of a handler.
        foreach (var name in (string[])["tenantsandbox-runtime-class-names", "tenantsandbox-runtime-classes"])
        {
            var binding = await Operator.AdmissionregistrationV1.ReadValidatingAdmissionPolicyBindingAsync(name);
            binding.Spec.ValidationActions = ["Warn"];
            await Operator.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyBindingAsync(binding, name);
        }

        var changed = await Operator.NodeV1.ReadRuntimeClassAsync("tenantsandbox-kata-1gi");
        changed.Scheduling = null;
        await Operator.NodeV1.ReplaceRuntimeClassAsync(changed, changed.Metadata.Name);
        var other = await Operator.NodeV1.ReadRuntimeClassAsync("tenantsandbox-kata-2gi");
        await Operator.NodeV1.DeleteRuntimeClassAsync(other.Metadata.Name);
        (other.Handler, other.Metadata.ResourceVersion, other.Metadata.Uid) = ("runc", null, null);
        await Operator.NodeV1.CreateRuntimeClassAsync(other);

        var priority = (await Operator.SchedulingV1.ListPriorityClassAsync(labelSelector: "app.kubernetes.io/managed-by=tenantsandbox")).Items[0];
        priority.Description = "changed";
        await Operator.SchedulingV1.ReplacePriorityClassAsync(priority, priority.Metadata.Name);
        await MaintainAsync(MaintenanceTask.ReconcileClusters);
        await Operator.SchedulingV1.DeletePriorityClassAsync(priority.Metadata.Name);
        (priority.Value, priority.Metadata.ResourceVersion, priority.Metadata.Uid) = (7, null, null);
        await Operator.SchedulingV1.CreatePriorityClassAsync(priority);

        var listener = await Operator.AppsV1.ReadNamespacedDeploymentAsync("listener", "tenantsandbox-system");
        listener.Spec.Template.Spec.Containers[0].Image = "registry.example/other:1";
        await Operator.AppsV1.ReplaceNamespacedDeploymentAsync(listener, "listener", "tenantsandbox-system");
        foreach (var name in (string[])["listener", "control-probe"])
        {
            var rules = await Operator.NetworkingV1.ReadNamespacedNetworkPolicyAsync(name, "tenantsandbox-system");
            (rules.Spec.Ingress, rules.Spec.Egress) = (null, null);
            await Operator.NetworkingV1.ReplaceNamespacedNetworkPolicyAsync(rules, name, "tenantsandbox-system");
        }

        var policy = await Operator.AdmissionregistrationV1.ReadValidatingAdmissionPolicyAsync("tenantsandbox-pod-host");
        policy.Spec.FailurePolicy = "Ignore";
        await Operator.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyAsync(policy, policy.Metadata.Name);
    }

    /// <summary>Somebody's policy of each kind opens the tenant's network.</summary>
    private async Task OpenNetworkAsync()
    {
        await Operator.NetworkingV1.CreateNamespacedNetworkPolicyAsync(
            new V1NetworkPolicy
            {
                Metadata = new V1ObjectMeta { Name = "allow-all" },
                Spec = new V1NetworkPolicySpec { PodSelector = new V1LabelSelector(), PolicyTypes = ["Egress"], Egress = [new V1NetworkPolicyEgressRule()] },
            },
            Namespace);
    }

    /// <summary>Something in the namespace waits for a finalizer that nobody removes.</summary>
    private async Task HoldAsync()
    {
        var patch = new V1Patch($$"""{"metadata":{"finalizers":["{{Finalizer}}"] } }""", V1Patch.PatchType.MergePatch);
        var pod = (await Operator.CoreV1.ListNamespacedPodAsync(Namespace)).Items[0];
        await Operator.CoreV1.PatchNamespacedPodAsync(patch, pod.Metadata.Name, Namespace);
        var set = (await Operator.AppsV1.ListNamespacedReplicaSetAsync(Namespace)).Items[0];
        await Operator.AppsV1.PatchNamespacedReplicaSetAsync(patch, set.Metadata.Name, Namespace);
    }

    private Task CreateGatewayAsync() => Operator.CustomObjects.CreateNamespacedCustomObjectAsync(
        JsonSerializer.Deserialize<JsonElement>(
            """
            {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"public"},"spec":{"gatewayClassName":"any",
             "listeners":[{"name":"https","port":443,"protocol":"HTTPS","allowedRoutes":{"namespaces":{"from":"All"}}}]}}
            """),
        "gateway.networking.k8s.io", "v1", "default", "gateways");

    private const string EveryFeature =
        """
        {"tenantId":"acme","revision":1,"tier":"pooled",
         "configMaps":[{"name":"settings","data":{"level":"debug"}}],
         "claims":[{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}},"onOffboard":"retain"}],
         "secretRefs":[{"name":"db","items":{"password":"https://tenants.vault.azure.net/secrets/acme--db"}}],
         "workloads":[
          {"name":"web","image":"registry.example/web:1","cpu":"100m","memory":"256Mi","replicas":{"min":1,"max":2},
           "services":[{"ports":[{"port":80,"targetPort":8080}]}],"ingress":{"from":[{"workload":"db"}]},"expose":{"hosts":["acme.example.com"]},
           "egressAllowList":[{"host":"api.example.com","ports":[{"port":443}]}]},
          {"name":"db","kind":"StatefulSet","image":"registry.example/db:1","cpu":"100m","memory":"256Mi","secretMounts":[{"name":"db","mountPath":"/etc/db"}]},
          {"name":"migrate","kind":"Job","image":"registry.example/migrate:1","cpu":"100m","memory":"256Mi"},
          {"name":"report","kind":"CronJob","image":"registry.example/report:1","cpu":"100m","memory":"256Mi","cronJob":{"schedule":"0 3 1 1 *"}},
          {"name":"disk","identity":{"clientId":"22222222-3333-4444-5555-666666666666"},"podTemplate":{"spec":{
            "containers":[{"name":"disk","image":"registry.example/disk:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
             "envFrom":[{"configMapRef":{"name":"settings"}}],"volumeMounts":[{"name":"data","mountPath":"/data"}]}],
            "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]}}}]}
        """;

    /// <summary>Without almost everything that the other has, so that it is deleted.</summary>
    private const string FewFeatures =
        """
        {"tenantId":"acme","revision":2,"tier":"pooled",
         "claims":[{"name":"data","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}},"onOffboard":"retain"}],
         "workloads":[{"name":"disk","podTemplate":{"spec":{
            "containers":[{"name":"disk","image":"registry.example/disk:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},"volumeMounts":[{"name":"data","mountPath":"/data"}]}],
            "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]}}}]}
        """;
}
