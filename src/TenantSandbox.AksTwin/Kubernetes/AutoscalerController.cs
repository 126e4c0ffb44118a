namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Keeps the replicas of a workload between the bounds of its HorizontalPodAutoscaler. There are no metrics, as on a cluster without
/// metrics server, so it doesn't scale between them.
/// </summary>
internal sealed class AutoscalerController(Cluster cluster) : IController
{
    private const string Component = "horizontal-pod-autoscaler";
    private const string NoMetrics = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from "
        + "resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

    private static readonly ResourceKind[] Scalable = [Kinds.Deployments, Kinds.StatefulSets, Kinds.ReplicaSets];

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } autoscaler)
        {
            return;
        }

        var target = autoscaler.Json.GetObject("spec", "scaleTargetRef");
        var kind = Array.Find(Scalable, k => k.Kind == target.GetString("kind") && k.ApiVersion == target.GetString("apiVersion"));
        var name = target.GetString("name") ?? "";
        if (kind is null || cluster.Store.Find(kind, key.Namespace, name) is not { } workload)
        {
            var message = kind is null ? $"no matches for kind \"{target.GetString("kind")}\" in group \"{target.GetString("apiVersion")}\""
                : $"{kind.Resource} \"{name}\" not found";
            cluster.Registry.Modify(autoscaler, json => Condition.Set(json, cluster.Now, "AbleToScale", false, "FailedGetScale",
                $"the HPA controller was unable to get the target's current scale: {message}"));
            cluster.Events.Warning(autoscaler, "FailedGetScale", message, Component);
            return;
        }

        Scale(autoscaler, workload);
    }

    private void Scale(StoredObject autoscaler, StoredObject workload)
    {
        var (min, max) = (autoscaler.Json.GetInteger("spec", "minReplicas") ?? 1, autoscaler.Json.GetInteger("spec", "maxReplicas")!.Value);
        var current = workload.Json.GetInteger("spec", "replicas") ?? 1;
        var desired = current == 0 ? 0 : Math.Clamp(current, min, max);
        var (reason, message) = ("SucceededGetScale", "the HPA controller was able to get the target's current scale");
        if (desired != current)
        {
            var next = workload.CopyJson();
            next.EnsureObject("spec")["replicas"] = desired;
            cluster.Registry.Update(workload, next, manager: "kube-controller-manager");
            cluster.Events.Normal(autoscaler, "SuccessfulRescale", $"New size: {desired}; reason: Current number of replicas "
                + (current > max ? "above Spec.MaxReplicas" : "below Spec.MinReplicas"), Component);
            (reason, message) = ("SucceededRescale", $"the HPA controller was able to update the target scale to {desired}");
        }

        cluster.Registry.Modify(autoscaler, json =>
        {
            var status = json.EnsureObject("status");
            status["observedGeneration"] = json.GetInteger("metadata", "generation");
            status["currentReplicas"] = workload.Json.GetInteger("status", "replicas") ?? 0;
            status["desiredReplicas"] = desired;
            if (desired != current)
            {
                status["lastScaleTime"] = cluster.Now.ToTimestamp();
            }

            Condition.Set(json, cluster.Now, "AbleToScale", true, reason, message);
            if (current == 0)
            {
                Condition.Set(json, cluster.Now, "ScalingActive", false, "ScalingDisabled",
                    "scaling is disabled since the replica count of the target is zero");
            }
            else if (desired == current)
            {
                Condition.Set(json, cluster.Now, "ScalingActive", false, "FailedGetResourceMetric",
                    $"the HPA was unable to compute the replica count: {NoMetrics}");
            }
        });
    }
}
