using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Texts of which all but a few are refused by a rule with a name.</summary>
internal abstract record PermittedText(string Rule, string Reason, ChoiceValue Permitted) : ValueRule
{
    public override string Description => Permitted.Description;

    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        if (value.ValueKind == JsonValueKind.String && !Permitted.Choices.Contains(value.GetString()!))
        {
            faults.Add(pointer, ValidationFaultCodes.Forbidden, $"{Reason} Must be {Description}.", Rule);
            return null;
        }

        return Permitted.Read(value, pointer, faults);
    }
}

/// <summary>The only capability that Pod Security <c>restricted</c> lets containers have.</summary>
internal sealed record CapabilityValue() : PermittedText("addedCapabilities", "Other capabilities can't be added.", new ChoiceValue("NET_BIND_SERVICE"));

/// <summary>A sysctl that is safe on every node.</summary>
internal sealed record SysctlName(ChoiceValue Safe) : PermittedText("unsafeSysctls", "Other sysctls are unsafe.", Safe);

/// <summary>What a topology spread constraint does when it can't be met.</summary>
internal sealed record SpreadAction() : PermittedText(
    "requiredSpread",
    "Capacity is reserved in a pool, not on a number of nodes or zones, so a pod that must be elsewhere could wait for ever.",
    new ChoiceValue("ScheduleAnyway"));
