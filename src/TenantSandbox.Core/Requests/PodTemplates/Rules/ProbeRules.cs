using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Probes and lifecycle hooks.</summary>
internal static class ProbeRules
{
    private const string OwnPod = "Probes and hooks ask the pod itself; another host would be asked from the node.";

    private static readonly IntegerValue Count = new(1, 1000);

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("Probe",
        [
            Accept("exec", new ObjectValue("ExecAction")),
            Accept("failureThreshold", Count, "3 when absent."),
            Accept("grpc", new ObjectValue("GRPCAction")),
            Accept("httpGet", new ObjectValue("HTTPGetAction")),
            Accept("initialDelaySeconds", new IntegerValue(0, 3600)),
            Accept("periodSeconds", new IntegerValue(1, 3600), "10 when absent."),
            Accept("successThreshold", Count, "1 for liveness and startup."),
            Accept("tcpSocket", new ObjectValue("TCPSocketAction")),
            Accept("terminationGracePeriodSeconds", new IntegerValue(1, PodRules.MaxGracePeriodSeconds), "Not for readiness."),
            Accept("timeoutSeconds", new IntegerValue(1, 3600), "1 when absent."),
        ])
        { OneOf = ["exec", "grpc", "httpGet", "tcpSocket"] },
        new("Lifecycle",
        [
            Accept("postStart", new ObjectValue("LifecycleHandler")),
            Accept("preStop", new ObjectValue("LifecycleHandler")),
            Refuse("stopSignal", "alphaField", "Not part of the stable API."),
        ]),
        new("LifecycleHandler",
        [
            Accept("exec", new ObjectValue("ExecAction")),
            Accept("httpGet", new ObjectValue("HTTPGetAction")),
            Accept("sleep", new ObjectValue("SleepAction")),
            Refuse("tcpSocket", "noTcpHook", "Kubernetes keeps the field for old objects, and such a hook fails when it runs."),
        ])
        { OneOf = ["exec", "httpGet", "sleep"] },
        new("ExecAction", [Require("command", new ListValue(new TextValue(PodTextRules.Argument), 1, 100))]),
        new("GRPCAction",
        [
            Refuse("mode", "alphaField", "Not part of the stable API."),
            Require("port", new IntegerValue(1, 65535)),
            Accept("service", new TextValue(PodTextRules.GrpcService)),
        ]),
        new("HTTPGetAction",
        [
            Refuse("host", "probeHost", OwnPod),
            Accept("httpHeaders", new ListValue(new ObjectValue("HTTPHeader"), 0, 20)),
            Accept("path", new TextValue(PodTextRules.HttpPath), "/ when absent."),
            Require("port", new PortValue()),
            Refuse("protocol", "alphaField", "Not part of the stable API."),
            Accept("scheme", new ChoiceValue("HTTP", "HTTPS"), "HTTP when absent."),
        ]),
        new("HTTPHeader", [Require("name", new TextValue(PodTextRules.HeaderName)), Require("value", new TextValue(PodTextRules.GrpcService))]),
        new("SleepAction", [Require("seconds", new IntegerValue(1, PodRules.MaxGracePeriodSeconds), "At most the grace period.")]),
        new("TCPSocketAction", [Refuse("host", "probeHost", OwnPod), Require("port", new PortValue())]),
    ];
}
