using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Core.Requests.PodTemplates.Rules;
using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>What the settings of a workload's kind may have: every field of the kind's spec in the Kubernetes API with its rule.</summary>
internal static class KindRules
{
    /// <summary>The most pods that a Job runs at once, as the most replicas of other kinds.</summary>
    public const int MaxParallelism = RequestLimits.MaxReplicas;

    private const int MaxDeadlineSeconds = 30 * 24 * 3600;
    private const int MaxCompletions = 10_000;
    private const int MaxMinReadySeconds = 300;

    private const string Beside = "State it beside, in the workload.";
    private const string Selector = "The app selects the pods by its own labels.";
    private const string KeptClaims = "Claims are kept until the tenant is offboarded; \"onOffboard\" decides about their volumes then.";
    private const string Alpha = "Not part of the stable API.";
    private const string Suspension = "Suspend the tenant instead.";

    /// <summary>The types in the order of the documentation.</summary>
    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("ReplicaRange",
        [
            Accept("averageUtilization", new ObjectValue("AverageUtilization"), "CPU 80 when absent."),
            Accept("behavior", new ObjectValue("HorizontalPodAutoscalerBehavior")),
            Require("max", new IntegerValue(1, RequestLimits.MaxReplicas), "Capacity is reserved for so many pods."),
            Require("min", new IntegerValue(1, RequestLimits.MaxReplicas)),
        ])
        { Model = "" },
        new("AverageUtilization",
        [
            Accept("cpu", new IntegerValue(1, 100), "Percent of the CPU limits."),
            Accept("memory", new IntegerValue(1, 100), "Percent of the memory limits."),
        ])
        { Model = "" },
        new("HorizontalPodAutoscalerBehavior",
        [
            Accept("scaleDown", new ObjectValue("HPAScalingRules")),
            Accept("scaleUp", new ObjectValue("HPAScalingRules")),
        ]),
        new("HPAScalingRules",
        [
            Accept("policies", new ListValue(new ObjectValue("HPAScalingPolicy"), 1, 5)),
            Accept("selectPolicy", new ChoiceValue("Max", "Min", "Disabled")),
            Accept("stabilizationWindowSeconds", new IntegerValue(0, 3600)),
            Refuse("tolerance", "alphaField", Alpha),
        ]),
        new("HPAScalingPolicy",
        [
            Require("periodSeconds", new IntegerValue(1, 1800)),
            Require("type", new ChoiceValue("Pods", "Percent")),
            Require("value", new IntegerValue(1, 1000)),
        ]),
        new("StatefulSetSpec",
        [
            Accept("minReadySeconds", new IntegerValue(0, MaxMinReadySeconds)),
            Accept("ordinals", new ObjectValue("StatefulSetOrdinals")),
            Set("persistentVolumeClaimRetentionPolicy", "claimRetention", new ObjectValue("StatefulSetPersistentVolumeClaimRetentionPolicy"), KeptClaims),
            Accept("podManagementPolicy", new ChoiceValue("OrderedReady", "Parallel"), "OrderedReady when absent. Can't be changed later."),
            Refuse("replicas", "besideSettings", Beside),
            Refuse("revisionHistoryLimit", "revisionHistory", "The app keeps the last two revisions."),
            Refuse("selector", "selector", Selector),
            Accept(
                "serviceName", new TextValue(KindTextRules.ServiceName),
                "The headless Service that names the pods; the workload's own Service when absent, which is headless then. Can't be changed later."),
            Refuse("template", "besideSettings", Beside),
            Set(
                "updateStrategy", "updateStrategy", new ObjectValue("StatefulSetUpdateStrategy"),
                "Pods of an older template would stay on nodes that the tenant leaves."),
            Accept(
                "volumeClaimTemplates", new ListValue(new ObjectValue("ClaimTemplate"), 0, ClaimRules.MaxObjects),
                "A claim for each pod, mounted as a volume of the template's name. Can't be changed later."),
        ]),
        new("StatefulSetPersistentVolumeClaimRetentionPolicy",
        [
            Accept("whenDeleted", new ChoiceValue("Retain")),
            Accept("whenScaled", new ChoiceValue("Retain")),
        ]),
        ClaimRules.Template,
        ClaimRules.TemplateMetadata,
        new("StatefulSetOrdinals", [Require("start", new IntegerValue(0, 1000))]),
        new("StatefulSetUpdateStrategy",
        [
            Set("rollingUpdate", "updateStrategy", new ObjectValue("RollingUpdateStatefulSetStrategy"), "All pods are replaced, one after the other."),
            Require("type", new ChoiceValue("RollingUpdate")),
        ]),
        new("RollingUpdateStatefulSetStrategy",
        [
            Refuse("maxUnavailable", "alphaField", Alpha),
            Require("partition", new IntegerValue(0, 0)),
        ]),
        new("CronJobSpec",
        [
            Accept("concurrencyPolicy", new ConcurrencyPolicy(), "Forbid when absent. Allow is refused by the rule concurrency."),
            Accept("failedJobsHistoryLimit", new IntegerValue(0, 10), "1 when absent."),
            Refuse("jobTemplate", "besideSettings", "State the pods in \"podTemplate\" and the settings of each Job in \"job\", beside it in the workload."),
            Require("schedule", new TextValue(KindTextRules.Schedule)),
            Accept("startingDeadlineSeconds", new IntegerValue(10, MaxDeadlineSeconds)),
            Accept("successfulJobsHistoryLimit", new IntegerValue(0, 10), "3 when absent."),
            Refuse("suspend", "suspension", Suspension),
            Accept("timeZone", new TextValue(KindTextRules.TimeZone), "UTC when absent."),
        ]),
        new("JobSpec",
        [
            Accept("activeDeadlineSeconds", new IntegerValue(1, MaxDeadlineSeconds)),
            Accept("backoffLimit", new IntegerValue(0, 100), "6 when absent."),
            Accept("backoffLimitPerIndex", new IntegerValue(0, 100), "Only with Indexed."),
            Accept("completionMode", new ChoiceValue("NonIndexed", "Indexed"), "NonIndexed when absent. Indexed needs completions."),
            Accept("completions", new IntegerValue(1, MaxCompletions)),
            Refuse("managedBy", "managedBy", "Kubernetes' own controller runs the Jobs."),
            Refuse("manualSelector", "selector", Selector),
            Accept("maxFailedIndexes", new IntegerValue(0, MaxCompletions), "Only with backoffLimitPerIndex."),
            Accept(
                "parallelism", new IntegerValue(1, MaxParallelism),
                "1 when absent. Capacity is reserved for so many pods, or for completions if they are fewer."),
            Accept("podFailurePolicy", new ObjectValue("PodFailurePolicy"), "Only with restartPolicy Never."),
            Accept("podReplacementPolicy", new ChoiceValue("TerminatingOrFailed", "Failed")),
            Refuse("scheduling", "alphaField", Alpha),
            Refuse("selector", "selector", Selector),
            Accept("successPolicy", new ObjectValue("SuccessPolicy"), "Only with Indexed."),
            Refuse("suspend", "suspension", Suspension),
            Refuse("template", "besideSettings", Beside),
            Accept(
                "ttlSecondsAfterFinished", new IntegerValue(0, MaxDeadlineSeconds),
                "Only of a CronJob's Jobs. A workload's own Job is kept, by the rule finishedJob: that it has ended is the reason not to run it again."),
        ]),
        new("PodFailurePolicy", [Require("rules", new ListValue(new ObjectValue("PodFailurePolicyRule"), 1, 20))]),
        new("PodFailurePolicyRule",
        [
            Require("action", new ChoiceValue("FailJob", "FailIndex", "Ignore", "Count"), "FailIndex needs backoffLimitPerIndex."),
            Accept("onExitCodes", new ObjectValue("PodFailurePolicyOnExitCodesRequirement")),
            Accept("onPodConditions", new ListValue(new ObjectValue("PodFailurePolicyOnPodConditionsPattern"), 1, 20)),
        ])
        { OneOf = ["onExitCodes", "onPodConditions"] },
        new("PodFailurePolicyOnExitCodesRequirement",
        [
            Accept("containerName", new TextValue(PodTextRules.Label)),
            Require("operator", new ChoiceValue("In", "NotIn")),
            Require("values", new ListValue(new IntegerValue(0, 255), 1, 255)),
        ]),
        new("PodFailurePolicyOnPodConditionsPattern",
        [
            Accept("status", new ChoiceValue("True", "False", "Unknown")),
            Require("type", new TextValue(PodTextRules.MetadataKey)),
        ]),
        new("SuccessPolicy", [Require("rules", new ListValue(new ObjectValue("SuccessPolicyRule"), 1, 20))]),
        new("SuccessPolicyRule",
        [
            Accept("succeededCount", new IntegerValue(1, MaxCompletions)),
            Accept("succeededIndexes", new TextValue(KindTextRules.Indexes)),
        ]),
    ];

    /// <summary>Which Jobs of one schedule may run at the same time.</summary>
    private sealed record ConcurrencyPolicy() : PermittedText(
        "concurrency",
        "Runs that overlap have no greatest number of pods, so no capacity could be reserved for them.",
        new ChoiceValue("Forbid", "Replace"));
}
