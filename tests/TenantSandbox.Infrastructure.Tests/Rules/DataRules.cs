using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>Storage, vaults and what is kept in them.</summary>
internal static class DataRules
{
    private const string BlobServices = "Microsoft.Storage/storageAccounts/blobServices";

    private static readonly string[] PlatformUses = ["Deployment", "DiskEncryption", "TemplateDeployment"];

    public static IEnumerable<ResourceRule> All =>
    [
        Each("storage-anonymous-access", Types.StorageAccount, r => r.Text("properties.allowBlobPublicAccess") == "false", "properties.allowBlobPublicAccess", true),
        Each("storage-container-access", Types.Container, r => r.Text("properties.publicAccess") == "None", "properties.publicAccess", "Blob"),
        Each("storage-shared-key", Types.StorageAccount, r => r.Text("properties.allowSharedKeyAccess") == "false", "properties.allowSharedKeyAccess", null),
        Each("storage-local-users", Types.StorageAccount, r => r.Text("properties.isLocalUserEnabled") == "false", "properties.isLocalUserEnabled", true),
        Each("storage-tls", Types.StorageAccount, r => r.Text("properties.minimumTlsVersion") == "TLS1_2", "properties.minimumTlsVersion", "TLS1_0"),
        Each("storage-https", Types.StorageAccount, r => r.Text("properties.supportsHttpsTrafficOnly") == "true", "properties.supportsHttpsTrafficOnly", false),
        Each("storage-firewall", Types.StorageAccount, r => r.Text("properties.networkAcls.defaultAction") == "Deny", "properties.networkAcls.defaultAction", "Allow"),
        Each(
            "storage-copy-scope", Types.StorageAccount, IsBoundToTheDirectory,
            "properties.allowedCopyScope", null),
        Each("storage-blob-soft-delete", BlobServices, r => r.Text("properties.deleteRetentionPolicy.enabled") == "true", "properties.deleteRetentionPolicy.enabled", false),
        Each(
            "storage-container-soft-delete", BlobServices, r => r.Text("properties.containerDeleteRetentionPolicy.enabled") == "true",
            "properties.containerDeleteRetentionPolicy", null),
        Each("storage-replication", Types.StorageAccount, r => r.Text("sku.name") is "Standard_ZRS" or "Standard_GZRS", "sku.name", "Standard_LRS").InProduction(),
        new(
            "storage-lock",
            resources => resources.Where(r => r.Type == Types.StorageAccount)
                .Where(r => !resources.Any(l => l.Type == "Microsoft.Authorization/locks" && l.Scope == r.Id && l.Text("properties.level") == "CanNotDelete"))
                .Select(r => $"{r} can be deleted"),
            resources => resources.RemoveAll(r => r.Type == "Microsoft.Authorization/locks"),
            ProductionOnly: true),
        Each("vault-purge-protection", Types.Vault, r => r.Text("properties.enablePurgeProtection") == "true", "properties.enablePurgeProtection", null),
        Each(
            "vault-soft-delete", Types.Vault, r => r.Text("properties.enableSoftDelete") == "true" && r.Text("properties.softDeleteRetentionInDays") == "90",
            "properties.softDeleteRetentionInDays", 7),
        Each(
            "vault-rbac", Types.Vault, r => r.Text("properties.enableRbacAuthorization") == "true" && r.Find("properties.accessPolicies") is null,
            "properties.enableRbacAuthorization", false),
        Each("vault-firewall", Types.Vault, r => r.Text("properties.networkAcls.defaultAction") == "Deny", "properties.networkAcls.defaultAction", "Allow"),
        Each("vault-platform-access", Types.Vault, IsClosedToThePlatform, "properties.enabledForTemplateDeployment", true),
        Each("vault-key-export", "Microsoft.KeyVault/vaults/keys", r => r.Text("properties.attributes.exportable") == "false", "properties.attributes.exportable", true),
    ];

    private static bool IsBoundToTheDirectory(Bicep.AzureResource account) =>
        account.Text("properties.allowCrossTenantReplication") == "false" && account.Text("properties.allowedCopyScope") == "AAD";

    private static bool IsClosedToThePlatform(Bicep.AzureResource vault) =>
        PlatformUses.All(use => vault.Text($"properties.enabledFor{use}") == "false")
        && vault.Text("properties.networkAcls.bypass") == "None";
}
