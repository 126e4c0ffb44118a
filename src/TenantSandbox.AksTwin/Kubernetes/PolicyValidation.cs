using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of what guards a namespace: quotas, limit ranges, network policies; and of runtime classes.</summary>
internal static class PolicyValidation
{
    public static void Quota(JsonObject? spec, List<FieldError> errors)
    {
        foreach (var (name, _) in spec.Pairs("hard"))
        {
            if (!name.Contains('/') && !ResourceQuotaController.Known(name))
                errors.Add(FieldError.Invalid($"spec.hard[{name}]", name, "must be a standard resource for quota"));
        }

        Validation.NotNegative(spec.Object("hard"), "spec.hard", errors);
    }

    public static void LimitRange(JsonObject? spec, List<FieldError> errors)
    {
        var i = -1;
        foreach (var limit in spec.Items("limits"))
        {
            var path = $"spec.limits[{++i}]";
            if (limit.Text("type") is not ("Container" or "Pod" or "PersistentVolumeClaim"))
                errors.Add(FieldError.NotSupported($"{path}.type", limit.Text("type"), "Container", "PersistentVolumeClaim", "Pod"));
            foreach (var (low, high) in ((string, string)[])[("min", "max"), ("min", "default"), ("min", "defaultRequest"), ("default", "max"), ("defaultRequest", "default")])
            {
                foreach (var (name, value) in limit.Pairs(low))
                {
                    if (limit.Text(high, name) is { } top && PodResources.Quantity(value) > PodResources.Quantity(top))
                        errors.Add(FieldError.Invalid($"{path}.{low}[{name}]", value, $"{low} value {value} is greater than {high} value {top}"));
                }
            }
        }
    }

    public static void NetworkPolicy(JsonObject? spec, List<FieldError> errors)
    {
        foreach (var type in spec.Texts("policyTypes").Where(t => t is not ("Ingress" or "Egress")))
            errors.Add(FieldError.NotSupported("spec.policyTypes", type, "Egress", "Ingress"));
        foreach (var (field, peers) in ((string, string)[])[("ingress", "from"), ("egress", "to")])
        {
            var r = -1;
            foreach (var rule in spec.Items(field))
            {
                r++;
                var p = -1;
                foreach (var peer in rule.Items(peers))
                {
                    var path = $"spec.{field}[{r}].{peers}[{++p}]";
                    if (peer.Count == 0)
                        errors.Add(FieldError.Required(path, "must specify a peer"));
                    else if (peer.Object("ipBlock") is { } block)
                    {
                        if (peer.Count > 1)
                            errors.Add(FieldError.Forbidden(path, "may not specify both ipBlock and another peer"));
                        foreach (var cidr in block.Texts("except").Prepend(block.Text("cidr") ?? ""))
                        {
                            if (!System.Net.IPNetwork.TryParse(cidr, out _))
                                errors.Add(FieldError.Invalid($"{path}.ipBlock.cidr", cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
                        }
                    }
                }

                p = -1;
                foreach (var port in rule.Items("ports"))
                {
                    p++;
                    if (port["port"] is not null)
                        Validation.Port(port["port"], $"spec.{field}[{r}].ports[{p}].port", errors);
                    if (port.Text("protocol") is not ("TCP" or "UDP" or "SCTP"))
                        errors.Add(FieldError.NotSupported($"spec.{field}[{r}].ports[{p}].protocol", port.Text("protocol"), "SCTP", "TCP", "UDP"));
                }
            }
        }
    }

    public static void RuntimeClass(JsonObject json, JsonObject? old, List<FieldError> errors)
    {
        Validation.Label(json.Text("handler"), "handler", errors);
        if (old is not null && old.Text("handler") != json.Text("handler"))
            errors.Add(FieldError.Invalid("handler", json.Text("handler"), "field is immutable"));
        Validation.NotNegative(json.Object("overhead", "podFixed"), "overhead.podFixed", errors);
        Validation.Labels(json.Object("scheduling", "nodeSelector"), "scheduling.nodeSelector", errors);
    }
}
