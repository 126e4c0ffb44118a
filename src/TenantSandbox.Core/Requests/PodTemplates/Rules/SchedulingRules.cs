using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Where pods run relative to each other. Only preferences: a reservation promises that every pod runs, on any nodes of the pool.</summary>
internal static class SchedulingRules
{
    private const string Reserved = "Capacity is reserved in a pool, not on certain nodes, so a pod that must be elsewhere could wait for ever. Prefer instead of requiring.";
    private const string OtherNamespaces = "A workload doesn't know other namespaces.";

    private static readonly ListValue Keys = new(new TextValue(PodTextRules.MetadataKey), 0, 10);

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("Affinity",
        [
            Refuse("nodeAffinity", "nodeChoice", "The app chooses the nodes: those of the tenant's agent pool."),
            Accept("podAffinity", new ObjectValue("PodAffinity")),
            Accept("podAntiAffinity", new ObjectValue("PodAntiAffinity")),
        ]),
        new("PodAffinity", Preferences),
        new("PodAntiAffinity", Preferences),
        new("WeightedPodAffinityTerm",
        [
            Require("podAffinityTerm", new ObjectValue("PodAffinityTerm")),
            Require("weight", new IntegerValue(1, 100)),
        ]),
        new("PodAffinityTerm",
        [
            Accept("labelSelector", new ObjectValue("LabelSelector")),
            Accept("matchLabelKeys", Keys),
            Accept("mismatchLabelKeys", Keys),
            Refuse("namespaceSelector", "otherNamespaces", OtherNamespaces),
            Refuse("namespaces", "otherNamespaces", OtherNamespaces),
            Require("topologyKey", new TextValue(PodTextRules.MetadataKey)),
        ]),
        new("TopologySpreadConstraint",
        [
            Accept("labelSelector", new ObjectValue("LabelSelector")),
            Accept("matchLabelKeys", Keys),
            Require("maxSkew", new IntegerValue(1, 100)),
            Refuse("minDomains", "requiredSpread", Reserved),
            Accept("nodeAffinityPolicy", new ChoiceValue("Honor", "Ignore")),
            Accept("nodeTaintsPolicy", new ChoiceValue("Honor", "Ignore")),
            Require("topologyKey", new TextValue(PodTextRules.MetadataKey)),
            Require("whenUnsatisfiable", new SpreadAction(), "DoNotSchedule is refused by the rule requiredSpread."),
        ]),
        new("LabelSelector",
        [
            Accept("matchExpressions", new ListValue(new ObjectValue("LabelSelectorRequirement"), 0, 10)),
            Accept("matchLabels", new MapValue(PodTextRules.MetadataKey, PodTextRules.LabelValue, 20)),
        ]),
        new("LabelSelectorRequirement",
        [
            Require("key", new TextValue(PodTextRules.MetadataKey)),
            Require("operator", new ChoiceValue("In", "NotIn", "Exists", "DoesNotExist")),
            Accept("values", new ListValue(new TextValue(PodTextRules.LabelValue), 0, 50), "Exactly with In and NotIn."),
        ]),
    ];

    private static IReadOnlyList<FieldRule> Preferences =>
    [
        Accept("preferredDuringSchedulingIgnoredDuringExecution", new ListValue(new ObjectValue("WeightedPodAffinityTerm"), 0, 10)),
        Refuse("requiredDuringSchedulingIgnoredDuringExecution", "requiredAffinity", Reserved),
    ];
}
