namespace TenantSandbox.Core.Requests;

/// <summary>Reads a readiness probe. Its names are those of Kubernetes.</summary>
internal static class ProbeReader
{
    private const string Choice = "Must have exactly one of \"httpGet\", \"tcpSocket\" and \"exec\".";

    public static ReadinessProbe? Read(ObjectReader workload)
    {
        if (workload.Child("readinessProbe", "httpGet", "tcpSocket", "exec", "initialDelaySeconds", "periodSeconds") is not { } probe)
            return null;
        var delay = (int)(probe.Integer("initialDelaySeconds", 0, RequestLimits.MaxInitialDelaySeconds) ?? 0);
        var period = (int)(probe.Integer("periodSeconds", 1, RequestLimits.MaxPeriodSeconds) ?? 10);
        var given = (probe.Has("httpGet") ? 1 : 0) + (probe.Has("tcpSocket") ? 1 : 0) + (probe.Has("exec") ? 1 : 0);
        if (given != 1)
            workload.Fault("readinessProbe", given == 0 ? RequestFaultCodes.Required : RequestFaultCodes.Exclusive, Choice);

        var http = probe.Child("httpGet", "path", "port");
        var path = http?.Text("path", TextRules.HttpPath, required: true);
        var tcp = probe.Child("tcpSocket", "port");
        var port = (http ?? tcp)?.Integer("port", 1, 65535, required: true);
        var exec = probe.Child("exec", "command");
        var command = exec?.Texts("command", 1, RequestLimits.MaxCommand, TextRules.Argument, required: true) ?? [];
        return new ReadinessProbe(path, (int?)port, command, delay, period);
    }
}
