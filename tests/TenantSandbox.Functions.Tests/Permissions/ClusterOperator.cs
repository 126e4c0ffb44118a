using System.Text.Json;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>Somebody with all rights who changes what the app must find and repair.</summary>
internal sealed class ClusterOperator(IKubernetes client)
{
    private const string SystemNamespace = "tenantsandbox-system";
    private const string SettingsNamespace = "tenantsandbox-policies";

    /// <summary>Changes an object of each kind of the baseline in fields that can be changed back.</summary>
    public async Task ChangeBaselineAsync()
    {
        var ns = await client.CoreV1.ReadNamespaceAsync(SettingsNamespace);
        ns.Metadata.Labels.Remove("app.kubernetes.io/managed-by");
        await client.CoreV1.ReplaceNamespaceAsync(ns, SettingsNamespace);
        var settings = await client.CoreV1.ReadNamespacedConfigMapAsync("policy-settings", SettingsNamespace);
        settings.Data["registry.more"] = "registry.example";
        await client.CoreV1.ReplaceNamespacedConfigMapAsync(settings, "policy-settings", SettingsNamespace);
        var runtimeClass = await client.NodeV1.ReadRuntimeClassAsync("tenantsandbox-kata-1gi");
        runtimeClass.Scheduling = null;
        await client.NodeV1.ReplaceRuntimeClassAsync(runtimeClass, runtimeClass.Metadata.Name);
        var priority = await client.SchedulingV1.ReadPriorityClassAsync("tenantsandbox-tenant");
        priority.Description = "changed";
        await client.SchedulingV1.ReplacePriorityClassAsync(priority, priority.Metadata.Name);
        var policy = await client.AdmissionregistrationV1.ReadValidatingAdmissionPolicyAsync("tenantsandbox-pod-host");
        policy.Spec.FailurePolicy = "Ignore";
        await client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyAsync(policy, policy.Metadata.Name);
        var listener = await client.AppsV1.ReadNamespacedDeploymentAsync("listener", SystemNamespace);
        listener.Spec.Template.Spec.Containers[0].Image = "registry.example/other:1";
        await client.AppsV1.ReplaceNamespacedDeploymentAsync(listener, "listener", SystemNamespace);
        var placeholder = await client.AppsV1.ReadNamespacedDaemonSetAsync("probe-placeholder", SystemNamespace);
        placeholder.Spec.Template.Spec.PriorityClassName = null;
        await client.AppsV1.ReplaceNamespacedDaemonSetAsync(placeholder, "probe-placeholder", SystemNamespace);
        foreach (var name in (string[])["listener", "control-probe"])
        {
            var rules = await client.NetworkingV1.ReadNamespacedNetworkPolicyAsync(name, SystemNamespace);
            (rules.Spec.Ingress, rules.Spec.Egress) = (null, null);
            await client.NetworkingV1.ReplaceNamespacedNetworkPolicyAsync(rules, name, SystemNamespace);
        }
    }

    /// <summary>Makes objects of the baseline anew, with other values of fields that can't be changed.</summary>
    public async Task ReplaceBaselineAsync()
    {
        // They would refuse another handler.
        foreach (var name in (string[])["tenantsandbox-runtime-class-names", "tenantsandbox-runtime-classes"])
        {
            var binding = await client.AdmissionregistrationV1.ReadValidatingAdmissionPolicyBindingAsync(name);
            binding.Spec.ValidationActions = ["Warn"];
            await client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyBindingAsync(binding, name);
        }

        var settings = await client.CoreV1.ReadNamespacedConfigMapAsync("policy-settings", SettingsNamespace);
        settings.Immutable = true;
        await client.CoreV1.ReplaceNamespacedConfigMapAsync(settings, "policy-settings", SettingsNamespace);
        var runtimeClass = await client.NodeV1.ReadRuntimeClassAsync("tenantsandbox-kata-2gi");
        await client.NodeV1.DeleteRuntimeClassAsync(runtimeClass.Metadata.Name);
        (runtimeClass.Handler, runtimeClass.Metadata.ResourceVersion, runtimeClass.Metadata.Uid) = ("runc", null, null);
        await client.NodeV1.CreateRuntimeClassAsync(runtimeClass);
        var priority = await client.SchedulingV1.ReadPriorityClassAsync("tenantsandbox-tenant");
        await client.SchedulingV1.DeletePriorityClassAsync(priority.Metadata.Name);
        (priority.Value, priority.Metadata.ResourceVersion, priority.Metadata.Uid) = (7, null, null);
        await client.SchedulingV1.CreatePriorityClassAsync(priority);
    }

    /// <summary>Opens a tenant's network.</summary>
    public Task OpenNetworkAsync(string ns) => client.NetworkingV1.CreateNamespacedNetworkPolicyAsync(
        new V1NetworkPolicy
        {
            Metadata = new V1ObjectMeta { Name = "allow-all" },
            Spec = new V1NetworkPolicySpec { PodSelector = new V1LabelSelector(), PolicyTypes = ["Egress"], Egress = [new V1NetworkPolicyEgressRule()] },
        },
        ns);

    /// <summary>Lets a pod and a ReplicaSet of a namespace wait for a finalizer that nobody removes.</summary>
    public async Task HoldAsync(string ns, string finalizer)
    {
        var patch = new V1Patch($$"""{"metadata":{"finalizers":["{{finalizer}}"] } }""", V1Patch.PatchType.MergePatch);
        var pod = (await client.CoreV1.ListNamespacedPodAsync(ns)).Items[0];
        await client.CoreV1.PatchNamespacedPodAsync(patch, pod.Metadata.Name, ns);
        var set = (await client.AppsV1.ListNamespacedReplicaSetAsync(ns)).Items[0];
        await client.AppsV1.PatchNamespacedReplicaSetAsync(patch, set.Metadata.Name, ns);
    }

    /// <summary>Makes the Gateway that tenants' routes attach to.</summary>
    public Task CreateGatewayAsync() => client.CustomObjects.CreateNamespacedCustomObjectAsync(
        JsonSerializer.Deserialize<JsonElement>(
            """
            {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"public"},"spec":{"gatewayClassName":"any",
             "listeners":[{"name":"https","port":443,"protocol":"HTTPS","allowedRoutes":{"namespaces":{"from":"All"}}}]}}
            """),
        "gateway.networking.k8s.io", "v1", "default", "gateways");
}
