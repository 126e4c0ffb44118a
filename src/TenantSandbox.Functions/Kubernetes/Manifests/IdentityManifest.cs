using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// Workload identity: a service account of the workload's own, and in its pods a token of that account for Microsoft Entra ID alone. All is
/// stated in the form that AKS's webhook would add (Azure/azure-workload-identity), which then leaves the pods as they are: they don't depend on it.
/// </summary>
internal static class IdentityManifest
{
    public const string ClientIdAnnotation = "azure.workload.identity/client-id";
    public const string TenantIdAnnotation = "azure.workload.identity/tenant-id";
    public const string UseLabel = "azure.workload.identity/use";

    private const string Audience = "api://AzureADTokenExchange";
    private const string TokenFile = "azure-identity-token";
    private const int TokenSeconds = 3600;

    /// <summary>The account's name; <c>system:serviceaccount:tenant-{tenant id}:{name}</c> is the subject of the identity's federated credential.</summary>
    public static string AccountNameOf(string workload) => $"workload-{workload}";

    /// <summary>The accounts of the workloads with an identity.</summary>
    /// <exception cref="InvalidException">The installation has no settings for identities.</exception>
    public static IEnumerable<V1ServiceAccount> ServiceAccounts(DesiredTenant tenant, TenantSandboxOptions options) =>
        tenant.Spec.Workloads.Where(w => w.Identity is not null).Select(workload =>
        {
            var metadata = NamespaceManifest.Metadata(AccountNameOf(workload.Name), tenant, options);
            metadata.Annotations = new Dictionary<string, string>
            {
                [ClientIdAnnotation] = workload.Identity!.ClientId,
                [TenantIdAnnotation] = DirectoryOf(workload, options),
            };
            return new V1ServiceAccount { ApiVersion = "v1", Kind = "ServiceAccount", Metadata = metadata, AutomountServiceAccountToken = false };
        });

    /// <summary>Refuses an identity that the installation doesn't assign to the tenant any more.</summary>
    /// <exception cref="InvalidException">Code <c>IdentityNotAssigned</c>.</exception>
    public static void Require(DesiredTenant tenant, InstallationRules rules)
    {
        if (tenant.Spec.Workloads.FirstOrDefault(w => w.Identity is { } i && !rules.Identities.Allows(tenant.TenantId, i)) is { } refused)
        {
            throw new InvalidException(
                "IdentityNotAssigned",
                $"workload {refused.Name} has identity {refused.Identity!.ClientId}, which is not assigned to tenant {tenant.TenantId}. "
                + "Correct the settings Identity__Rules, or send an update without it");
        }
    }

    /// <summary>The names of all accounts that pods of the tenant may have, of what still runs too.</summary>
    public static HashSet<string> AccountNames(DesiredTenant tenant) =>
    [
        NamespaceManifest.ServiceAccountName,
        .. tenant.Spec.Workloads.Concat(tenant.Former?.Spec.Workloads ?? []).Where(w => w.Identity is not null).Select(w => AccountNameOf(w.Name)),
    ];

    /// <summary>Adds the identity to a pod template; nothing if the workload has none.</summary>
    public static void Add(V1PodTemplateSpec template, WorkloadSpec workload, TenantSandboxOptions options)
    {
        if (workload.Identity is not { } identity)
        {
            return;
        }

        template.Metadata.Labels[UseLabel] = "true";
        template.Spec.ServiceAccountName = AccountNameOf(workload.Name);
        template.Spec.Volumes = [.. template.Spec.Volumes ?? [], TokenVolume()];
        V1EnvVar[] variables =
        [
            new() { Name = "AZURE_CLIENT_ID", Value = identity.ClientId },
            new() { Name = "AZURE_TENANT_ID", Value = DirectoryOf(workload, options) },
            new() { Name = "AZURE_FEDERATED_TOKEN_FILE", Value = $"{IdentityNames.MountPath}/{TokenFile}" },
            new() { Name = "AZURE_AUTHORITY_HOST", Value = options.Identity.AuthorityHost.AbsoluteUri },
        ];
        foreach (var container in template.Spec.AllContainers())
        {
            // First, so that others can refer to them.
            container.Env = [.. variables, .. container.Env ?? []];
            container.VolumeMounts =
            [
                .. container.VolumeMounts ?? [],
                new V1VolumeMount { Name = IdentityNames.Volume, MountPath = IdentityNames.MountPath, ReadOnlyProperty = true },
            ];
        }
    }

    private static V1Volume TokenVolume() => new()
    {
        Name = IdentityNames.Volume,
        Projected = new V1ProjectedVolumeSource
        {
            Sources =
            [
                new V1VolumeProjection
                {
                    ServiceAccountToken = new V1ServiceAccountTokenProjection { Audience = Audience, ExpirationSeconds = TokenSeconds, Path = TokenFile },
                },
            ],
        },
    };

    private static string DirectoryOf(WorkloadSpec workload, TenantSandboxOptions options) => options.Identity.TenantId
        ?? throw new InvalidException("IdentityNotConfigured", $"workload {workload.Name} has an identity, and the setting Identity__TenantId is missing");
}
