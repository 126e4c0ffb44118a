namespace TenantSandbox.AksTwin.Arm;

/// <summary>Reads the body of an agent pool PUT and merges it with the existing pool and AKS's defaults.</summary>
internal static class AgentPoolRequestBody
{
    /// <summary>Returns the properties that the body sets, without nulls and read-only properties.</summary>
    /// <exception cref="ArmException">400: malformed body, unknown property, wrong type or value that isn't allowed.</exception>
    public static JsonObject ReadProperties(JsonNode? body)
    {
        if (body is not JsonObject resource)
        {
            throw new ArmException(400, "InvalidRequestContent", "The request content could not be deserialized: it is no object.");
        }

        if (resource["properties"] is not JsonObject sent)
        {
            throw new ArmException(400, "InvalidParameter", "Required parameter properties is missing (null).", "properties");
        }

        var properties = new JsonObject();
        foreach (var (name, value) in sent)
        {
            if (!AgentPoolProperty.All.TryGetValue(name, out var property))
            {
                throw UnmarshalError(name, $"unknown field \"{name}\"");
            }

            // AKS treats an empty list of zones as none and an empty version as the default.
            if (value is null || property.IsReadOnly || (name, $"{value}") is ("availabilityZones", "[]") or ("orchestratorVersion", ""))
            {
                continue;
            }

            properties[name] = property.Normalize(value)
                ?? throw UnmarshalError(name, $"cannot read properties.{name}: {value.ToJsonString()}");
            if (property.AllowedValues?.Contains(properties.GetString(name)) is false)
            {
                var allowed = string.Join(", ", property.AllowedValues);
                throw ArmException.InvalidPoolProperty(name, $"is invalid: '{value}'. Allowed: {allowed}");
            }
        }

        return properties;
    }

    /// <summary>
    /// Returns the complete properties after a PUT: sent values, else existing values that a PUT keeps, else AKS's defaults.
    /// </summary>
    public static JsonObject MergeWithExisting(JsonObject sent, AgentPool? existing, TwinCluster cluster)
    {
        var result = new JsonObject { ["orchestratorVersion"] = cluster.KubernetesVersion };
        foreach (var property in AgentPoolProperty.All.Values)
        {
            var kept = property.IsKeptWhenOmitted ? existing?.Properties[property.Name] : null;
            if ((sent[property.Name] ?? kept ?? property.Default) is { } value)
            {
                result[property.Name] = value.DeepClone();
            }
        }

        // A version without a patch selects the newest patch.
        var version = result.GetString("orchestratorVersion")!;
        result["currentOrchestratorVersion"] = version.Count(c => c == '.') != 1 ? version
            : cluster.KubernetesVersion.StartsWith($"{version}.", StringComparison.Ordinal) ? cluster.KubernetesVersion
            : $"{version}.9";
        return result;
    }

    private static ArmException UnmarshalError(string name, string reason) =>
        new(400, "UnmarshalError", $"UnmarshalEntity encountered error: json: {reason}.", $"properties.{name}");
}
