using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Containers, init containers and what is mounted into them.</summary>
internal static class ContainerRules
{
    private const string FixedSize = "A kata guest's size is fixed at its start.";

    private static readonly FieldRule[] Common =
    [
        Accept("args", new ListValue(new TextValue(PodTextRules.Argument), 0, 100)),
        Accept("command", new ListValue(new TextValue(PodTextRules.Argument), 0, 100)),
        Accept("env", new ListValue(new ObjectValue("EnvVar"), 0, 100)),
        Accept("envFrom", new ListValue(new ObjectValue("EnvFromSource"), 0, 10)),
        Require("image", new TextValue(TextRules.Image)),
        Set("imagePullPolicy", "imagePullPolicy", new ChoiceValue("Always"), "Otherwise a pod could run a private image that another tenant's pod pulled to the same node."),
        Accept("lifecycle", new ObjectValue("Lifecycle")),
        Accept("livenessProbe", new ObjectValue("Probe")),
        Require("name", new TextValue(PodTextRules.Label)),
        Accept("ports", new ListValue(new ObjectValue("ContainerPort"), 0, RequestLimits.MaxPorts), "The Service has those of containers and sidecars."),
        Accept("readinessProbe", new ObjectValue("Probe")),
        Refuse("resizePolicy", "fixedSize", FixedSize),
        Require("resources", new ObjectValue("ResourceRequirements"), "Limits size the guest."),
        Refuse("restartPolicyRules", "alphaField", "Not part of the stable API."),
        Accept("securityContext", new ObjectValue("SecurityContext")),
        Accept("startupProbe", new ObjectValue("Probe")),
        Accept("stdin", new BooleanValue()),
        Accept("stdinOnce", new BooleanValue()),
        Accept("terminationMessagePath", new TextValue(PodTextRules.AbsolutePath)),
        Accept("terminationMessagePolicy", new ChoiceValue("File", "FallbackToLogsOnError")),
        Accept("tty", new BooleanValue()),
        Refuse("volumeDevices", "volumeDevices", "Kata guests get no block devices of the node."),
        Accept("volumeMounts", new ListValue(new ObjectValue("VolumeMount"), 0, 20), "A writable /tmp is added where a container mounts nothing there."),
        Accept("workingDir", new TextValue(PodTextRules.AbsolutePath)),
    ];

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("Container",
        [
            .. Common,
            Set("restartPolicy", "restartPolicy", new ChoiceValue("Always"), "The pod's restart policy holds for all its containers."),
        ]),
        new("InitContainer",
        [
            .. Common,
            Accept("restartPolicy", new ChoiceValue("Always"), "Makes it a sidecar; only then it may have probes and lifecycle hooks."),
        ])
        { Model = "Container" },
        new("ContainerPort",
        [
            Require("containerPort", new IntegerValue(1, 65535)),
            Refuse("hostIP", "hostPort", "Pods don't use the node's ports."),
            Set("hostPort", "hostPort", new IntegerValue(0, 0), "Pods don't use the node's ports."),
            Accept("name", new TextValue(PodTextRules.PortName), "The Service's port has the same name."),
            Accept("protocol", new ChoiceValue("TCP", "UDP"), "TCP when absent."),
        ]),
        new("VolumeMount",
        [
            Refuse("bindMountOptions", "alphaField", "Not part of the stable API."),
            Require("mountPath", new TextValue(PodTextRules.AbsolutePath)),
            Set("mountPropagation", "mountPropagation", new ChoiceValue("None"), "Mounts don't pass between guest and node."),
            Require("name", new TextValue(PodTextRules.Label)),
            Accept("readOnly", new BooleanValue()),
            Set("recursiveReadOnly", "recursiveReadOnly", new ChoiceValue("Disabled"), "Not verified with kata."),
            Refuse("subPath", "subPath", "Kata doesn't support it. Mount the whole volume, or use one volume for each path."),
            Refuse("subPathExpr", "subPath", "Kata doesn't support it. Mount the whole volume, or use one volume for each path."),
        ]),
    ];
}
