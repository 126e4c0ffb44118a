using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Takes the identity of workloads from the annotations and labels of workload identity (Azure/azure-workload-identity).</summary>
internal static class IdentityMapping
{
    private const string Use = "azure.workload.identity/use";
    private const string ClientId = "azure.workload.identity/client-id";

    /// <summary>Must run before the names of service accounts are taken out.</summary>
    public static void WriteInto(WorkloadDraft workload, IEnumerable<V1ServiceAccount> accounts, string tenantId)
    {
        if (workload.PodTemplate["metadata"]?["labels"] is not JsonObject labels || labels[Use]?.GetValue<string>() != "true")
        {
            return;
        }

        var name = (workload.Spec["serviceAccountName"] ?? workload.Spec["serviceAccount"])?.GetValue<string>() ?? "default";
        string? found = null;
        accounts.LastOrDefault(a => a.Metadata?.Name == name)?.Metadata.Annotations?.TryGetValue(ClientId, out found);
        labels.Remove(Use);
        if (!Guid.TryParseExact(found, "D", out var clientId))
        {
            workload.NoteNotTaken(
                $"It uses workload identity, and ServiceAccount/{name} names no client id (annotation {ClientId}). "
                + "Add \"identity\": { \"clientId\": … } to the workload.");
            return;
        }

        workload.IdentityClientId = clientId.ToString("D");
        workload.NoteChanged(
            "Its workload identity becomes \"identity\". Add a federated credential to it, with the subject "
            + $"system:serviceaccount:tenant-{tenantId}:workload-{workload.Name}.");
    }
}
