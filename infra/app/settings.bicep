@description('What the app\'s settings are made of.')
type appSettingsInput = {
  @description('Client id of the app\'s identity.')
  clientId: string

  @description('Name of the storage account.')
  storageAccountName: string

  @description('Connection string of Application Insights, which holds no key that is accepted.')
  applicationInsightsConnectionString: string

  @description('Names this installation in the tags of its pools.')
  installation: string

  @description('Resource id of the cluster.')
  clusterResourceId: string

  @description('Region of the cluster.')
  clusterLocation: string

  @description('Client id of the kubelets\' identity.')
  kubeletClientId: string

  @description('VM size, node counts and zones of tenants\' pools.')
  pools: { vmSize: string, minCount: int, maxCount: int, zones: string[] }

  @description('Whether the cluster enforces egress by host name.')
  egressByHostName: bool

  @description('Endpoint of the topic of published events.')
  eventTopicEndpoint: string

  @description('Addresses of the vaults for the tenants\' secrets and for the app\'s own keys, and of the key that signs reports.')
  vaults: { tenants: string, app: string, signingKey: string }

  @description('The image of probes; empty to verify tenants without probes.')
  probeImage: string

  @description('Name of this installation\'s registry in images.')
  registry: string

  @description('Further registries that images may come from; none for all.')
  imageRegistries: string[]
}

@export()
@description('The settings that the Functions host reads: its storage and telemetry, both by identity.')
func hostSettings(input appSettingsInput) object => {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${input.clientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: input.applicationInsightsConnectionString
  AzureWebJobsStorage__blobServiceUri: 'https://${input.storageAccountName}.blob.${environment().suffixes.storage}'
  AzureWebJobsStorage__clientId: input.clientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: 'https://${input.storageAccountName}.queue.${environment().suffixes.storage}'
  AzureWebJobsStorage__tableServiceUri: 'https://${input.storageAccountName}.table.${environment().suffixes.storage}'
}

@export()
@description('The settings that the app reads (docs/configuration.md).')
func tenantSandboxSettings(input appSettingsInput) object => {
  TenantSandbox__Installation: input.installation
  TenantSandbox__Arm__Endpoint: environment().resourceManager
  TenantSandbox__Authentication__ManagedIdentityClientId: input.clientId
  TenantSandbox__Clusters__0__Id: last(split(input.clusterResourceId, '/'))
  TenantSandbox__Clusters__0__SubscriptionId: split(input.clusterResourceId, '/')[2]
  TenantSandbox__Clusters__0__ResourceGroup: split(input.clusterResourceId, '/')[4]
  TenantSandbox__Clusters__0__Name: last(split(input.clusterResourceId, '/'))
  TenantSandbox__Clusters__0__Region: input.clusterLocation
  TenantSandbox__Clusters__0__VmSize: input.pools.vmSize
  TenantSandbox__Clusters__0__MinCount: string(input.pools.minCount)
  TenantSandbox__Clusters__0__MaxCount: string(input.pools.maxCount)
  TenantSandbox__Clusters__0__EgressByHostName: string(input.egressByHostName)
  ...toObject(range(0, length(input.pools.zones)), i => 'TenantSandbox__Clusters__0__Zones__${i}', i => input.pools.zones[i])
  TenantSandbox__EventTopic__Endpoint: input.eventTopicEndpoint
  TenantSandbox__Identity__AuthorityHost: environment().authentication.loginEndpoint
  TenantSandbox__Identity__TenantId: tenant().tenantId
  TenantSandbox__Identity__OwnClientIds__0: input.kubeletClientId
  TenantSandbox__Reports__Key: input.vaults.signingKey
  // A tenant's secrets begin with its id and two hyphens.
  TenantSandbox__Secrets__Rules__0__Vault: input.vaults.tenants
  TenantSandbox__Secrets__Rules__0__Names: '{tenantId}--*'
  TenantSandbox__Secrets__OwnVaults__0: input.vaults.app
  // Without an image every verification would fail, so that must be accepted expressly; the reports say so.
  ...(empty(input.probeImage)
    ? { TenantSandbox__Verification__WithoutProbe: 'true' }
    : { TenantSandbox__Verification__ProbeImage: input.probeImage })
  ...(empty(input.imageRegistries) ? {} : { TenantSandbox__Policies__Registries__0: input.registry })
  ...toObject(range(0, length(input.imageRegistries)), i => 'TenantSandbox__Policies__Registries__${i + 1}', i => input.imageRegistries[i])
  TenantSandbox__Maintenance__Schedules__ReconcileTenants: '0 */5 * * * *'
  TenantSandbox__Maintenance__Schedules__ReconcileClusters: '30 */5 * * * *'
  TenantSandbox__Maintenance__Schedules__SweepOrphans: '0 0 * * * *'
  TenantSandbox__Maintenance__Schedules__ExpireTenants: '45 * * * * *'
  TenantSandbox__Maintenance__Schedules__Watchdog: '15 */5 * * * *'
  TenantSandbox__Maintenance__Schedules__PurgeHistory: '0 30 3 * * *'
}
