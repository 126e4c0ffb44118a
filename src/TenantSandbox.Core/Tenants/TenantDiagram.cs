using System.Text;
using System.Text.Json;

namespace TenantSandbox.Core.Tenants;

/// <summary>Draws the transition table as a Mermaid state diagram. docs/tenant-lifecycle.md shows it.</summary>
public static class TenantDiagram
{
    /// <summary>The diagram's text: one line for each pair of phases, with all triggers between them.</summary>
    public static string ToMermaid()
    {
        var text = new StringBuilder("stateDiagram-v2\n");
        foreach (var pair in TenantTransitions.All.GroupBy(t => (t.From, t.To)))
        {
            text.Append("    ").Append(Name(pair.Key.From)).Append(" --> ").Append(Name(pair.Key.To)).Append(": ")
                .AppendJoin(", ", pair.Select(t => Words(t.Trigger.ToString()))).Append('\n');
        }

        return text.ToString();
    }

    private static string Name(TenantPhase? phase) => phase is { } p ? JsonSerializer.Serialize(p).Trim('"') : "[*]";

    private static string Words(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
