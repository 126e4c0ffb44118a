namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Builds Node objects as AKS registers them.</summary>
internal static class NodeBuilder
{
    /// <summary>Annotation of a node that an injected fault keeps from becoming Ready.</summary>
    public const string NeverReadyAnnotation = "twin.tenantsandbox.dev/never-ready";

    /// <summary>Annotation with the taints of the pool, to tell them from those that users added.</summary>
    public const string PoolTaintsAnnotation = "twin.tenantsandbox.dev/pool-taints";

    public static JsonObject Build(NodeSpec spec, DateTimeOffset now)
    {
        var (cpu, memory) = spec.Size.Allocatable(spec.MaxPods);
        var (id, version, timestamp) = (DeterministicNames.Uid(spec.Name), $"v{spec.KubernetesVersion}", now.ToTimestamp());
        // A node boots again with each image.
        var bootId = DeterministicNames.Uid($"{spec.Name}/{spec.Labels.GetValueOrDefault(NodeSpec.ImageLabel)}");
        return JsonTemplate.Fill($$"""
            {"metadata":{"name":{{spec.Name}},"labels":{{spec.Labels.ToJson()}},"annotations":{
                "twin.tenantsandbox.dev/twin":"this node belongs to a twin of AKS and has no VM",
                {{PoolTaintsAnnotation}}:{{string.Join(',', spec.Taints)}},
                {{NeverReadyAnnotation}}:{{(spec.NeverReady ? "true" : null)}} } },
            "spec":{"providerID":{{$"azure:///twin/virtualMachineScaleSets/{spec.Name}"}},"taints":{{spec.Taints.Select(ParseTaint)}} },
            "status":{
                "capacity":{{Resources($"{spec.Size.VCpus}", spec.Size.MemoryBytes, $"{spec.Size.DiskKiB}Ki")}},
                "allocatable":{{Resources($"{cpu}m", memory, $"{spec.Size.DiskKiB * 1024 / 10 * 9}")}},
                "addresses":{{Addresses(spec)}},
                "conditions":[{{FalseCondition("MemoryPressure", "KubeletHasSufficientMemory")}},
                    {{FalseCondition("DiskPressure", "KubeletHasNoDiskPressure")}},
                    {{FalseCondition("PIDPressure", "KubeletHasSufficientPID")}},{{FalseCondition("Ready", "KubeletNotReady")}}],
                "nodeInfo":{"machineID":{{DeterministicNames.Hex(spec.Name)}},"systemUUID":{{id}},"bootID":{{bootId}},
                    "kernelVersion":{{(spec.IsKata ? Kubelet.KataNodeKernel : Kubelet.StandardNodeKernel)}},
                    "osImage":"Microsoft Azure Linux 3.0",
                    "containerRuntimeVersion":"containerd://2.2.4","kubeletVersion":{{version}},"kubeProxyVersion":{{version}},
                    "operatingSystem":"linux","architecture":{{(spec.Size.IsArm64 ? "arm64" : "amd64")}} } } }
            """);

        JsonObject FalseCondition(string condition, string reason) => JsonTemplate.Fill(
            $$"""
            {"type":{{condition}},"status":"False","reason":{{reason}},"lastHeartbeatTime":{{timestamp}},
            "lastTransitionTime":{{timestamp}} }
            """);

        JsonObject Resources(string cpus, long bytes, string disk) => JsonTemplate.Fill(
            $$"""{"cpu":{{cpus}},"memory":{{$"{bytes / 1024}Ki"}},"pods":{{$"{spec.MaxPods}"}},"ephemeral-storage":{{disk}} }""");
    }

    // Public ones are of a range for tests (RFC 2544), in which nothing else is.
    private static IEnumerable<JsonObject> Addresses(NodeSpec spec)
    {
        yield return Address("Hostname", spec.Name);
        yield return Address("InternalIP", DeterministicNames.Address("10.224", spec.Name));
        if (spec.HasPublicAddress)
        {
            yield return Address("ExternalIP", DeterministicNames.Address("198.18", spec.Name));
        }

        static JsonObject Address(string type, string address) => JsonTemplate.Fill($$"""{"type":{{type}},"address":{{address}} }""");
    }

    /// <param name="text">In AKS notation: <c>key=value:Effect</c>.</param>
    public static JsonObject ParseTaint(string text)
    {
        var (colon, equals) = (text.LastIndexOf(':'), text.IndexOf('=', StringComparison.Ordinal));
        var key = equals < 0 ? text[..colon] : text[..equals];
        var value = equals < 0 ? null : text[(equals + 1)..colon];
        return JsonTemplate.Fill($$"""{"key":{{key}},"value":{{value}},"effect":{{text[(colon + 1)..]}} }""");
    }
}
