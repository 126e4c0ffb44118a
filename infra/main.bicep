metadata name = 'TenantSandbox'
metadata description = 'Everything that TenantSandbox needs in Azure, in one of three shapes.'

targetScope = 'subscription'

import { resourceName } from 'naming.bicep'
import { hostSettings, tenantSandboxSettings } from 'app/settings.bicep'

@description('Name of the environment: letters, digits and hyphens. It becomes part of all names, and of the tags of tenants\' pools: never change it.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of all resources.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('small: a cluster with two system nodes, no private endpoints. production: zones, private endpoints, a private API server, locks. existingCluster: like small, with your cluster.')
@allowed(['small', 'production', 'existingCluster'])
param shape string = 'small'

@description('Resource id of the cluster for the shape existingCluster.')
param existingClusterResourceId string = ''

@description('Resource ids of the subnets of the existing cluster\'s pools, in its subscription. None if AKS made its network.')
param existingClusterSubnetResourceIds string[] = []

@description('Resource id of a subnet for the function app that reaches the existing cluster, delegated to Microsoft.App/environments, with endpoints for storage and vaults; empty to make one.')
param existingFunctionSubnetResourceId string = ''

@description('Object id of who deploys: becomes administrator of the cluster to apply the cluster role. Empty for nobody.')
param principalId string = ''

@description('Kind of that principal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Object ids of Microsoft Entra groups whose members administer the new cluster.')
param clusterAdminGroupObjectIds string[] = []

@description('Public IPv4 addresses, or blocks up to /30, of operators: they reach the API server, storage, vaults and the app, where these aren\'t private.')
param allowedIpRanges string[] = []

@description('Kubernetes version of the new cluster.')
@allowed(['1.34', '1.35', '1.36'])
param kubernetesVersion string = '1.36'

@description('VM size of the new cluster\'s system pool, with a temporary disk of 64 GiB at least.')
param systemVmSize string = shape == 'production' ? 'Standard_D4ds_v5' : 'Standard_D2ds_v5'

@description('VM size of tenants\' pools: generation 2 with nested virtualization, not Arm.')
param poolVmSize string = 'Standard_D4s_v5'

@description('Least nodes of a tenants\' pool.')
@minValue(1)
@maxValue(1000)
param poolMinCount int = 1

@description('Most nodes of a tenants\' pool.')
@minValue(1)
@maxValue(1000)
param poolMaxCount int = 10

@description('Availability zones; none where the region has none.')
param availabilityZones int[] = shape == 'production' ? [1, 2, 3] : []

@description('Whether the cluster enforces egress by host name (Advanced Container Networking Services). An existing cluster must have it already.')
param advancedNetworkSecurity bool = false

@description('The image of the probe that looks at a tenant\'s isolation from inside (docs/probe.md), by digest. Empty, as before it is in the registry: tenants are verified without probes, and the reports say so.')
param probeImage string = ''

@description('Registries, or paths in them, that tenants\' images may come from, in addition to the registry made here. None for all.')
param imageRegistries string[] = []

@description('Address blocks of the new virtual network; the first must be a /16 or larger.')
param addressPrefixes string[] = ['10.42.0.0/16']

@description('Whether the app has a public address. Without one, deploy from within the network.')
@allowed(['Enabled', 'Disabled'])
param appPublicNetworkAccess string = shape == 'production' ? 'Disabled' : 'Enabled'

@description('Most instances of the app at a time.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of an instance of the app in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances of the app that always wait for orchestrations; 0 starts them when needed, which takes some seconds.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstanceCount int = shape == 'production' ? 2 : 0

@description('Whether requests go to the app\'s webhook as well. Turn it on after the first deployment of the code: the function must be there.')
param webhookSubscription bool = false

@description('Client id of the app registration that callers of the HTTP API sign in to; infra/hooks/preprovision.sh makes it.')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('More app settings, for example TenantSandbox__Clusters__1__Name. They win over those that the deployment sets. No secrets: the app needs none.')
param appSettings object = {}

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionInDays int = 90

@description('Monthly budget in the currency of the subscription, at 80 % of which the owners are warned; 0 for none.')
@minValue(0)
param budgetAmount int = 500

@description('First day of the month when the budget began, as in 2026-11-01. It can\'t be changed: name it in every deployment after the first month.')
param budgetStartDate string = utcNow('yyyy-MM-01')

@description('Mail addresses for the budget and the alerts; without any there are no alerts.')
param contactEmails string[] = []

@description('Whether the storage account is locked against deletion. Remove the lock before you remove the deployment.')
param enableDeleteLocks bool = shape == 'production'

@description('Tags of all resources, in addition to the environment\'s name.')
param tags object = {}

var abbreviations = loadJsonContent('abbreviations.json')
// azd allows more characters than names of resources do.
var environmentLabel = toLower(replace(replace(environmentName, '_', '-'), '.', '-'))
var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var isPrivate = shape == 'production'
var ownCluster = shape != 'existingCluster'
var ownNetwork = ownCluster || empty(existingFunctionSubnetResourceId)

// As infra/hooks/preprovision.sh names the registration.
var apiIdentifier = 'api://${tenant().tenantId}/tenantsandbox-${environmentName}'

var resourceGroupName = '${abbreviations.resourcesResourceGroups}${environmentName}'
var resourceGroupId = '${subscription().id}/resourceGroups/${resourceGroupName}'
var storageAccountName = resourceName(abbreviations.storageStorageAccounts, '', token)
var storageAccountId = '${resourceGroupId}/providers/Microsoft.Storage/storageAccounts/${storageAccountName}'
var tenantVaultName = resourceName(abbreviations.keyVaultVaults, 'tenants', token)
var appVaultName = resourceName(abbreviations.keyVaultVaults, 'app', token)
var requestTopicName = resourceName(abbreviations.eventGridTopics, 'requests', token)
var eventTopicName = resourceName(abbreviations.eventGridTopics, 'events', token)
var clusterTopicName = resourceName(abbreviations.eventGridSystemTopics, 'cluster', token)
var functionAppName = resourceName(abbreviations.webSitesFunctions, environmentLabel, token)
var clusterName = resourceName(abbreviations.containerServiceManagedClusters, environmentLabel, token)
var registryName = resourceName(abbreviations.containerRegistryRegistries, '', token)
var registryServer = '${registryName}${environment().suffixes.acrLoginServer}'
var virtualNetworkName = resourceName(abbreviations.networkVirtualNetworks, '', token)
var networkId = '${resourceGroupId}/providers/Microsoft.Network/virtualNetworks/${virtualNetworkName}'
var appIdentityName = resourceName(abbreviations.managedIdentityUserAssignedIdentities, 'app', token)
var appIdentityId = '${resourceGroupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${appIdentityName}'
var componentName = resourceName(abbreviations.insightsComponents, '', token)
var endpointNamePrefix = '${abbreviations.networkPrivateEndpoints}${token}-'

var clusterResourceId = ownCluster
  ? '${resourceGroupId}/providers/Microsoft.ContainerService/managedClusters/${clusterName}'
  : empty(existingClusterResourceId) ? fail('The shape existingCluster needs existingClusterResourceId.') : existingClusterResourceId
var functionSubnetId = ownNetwork ? '${networkId}/subnets/functions' : existingFunctionSubnetResourceId
var allowedSubnets = isPrivate ? [] : [functionSubnetId]

var diagnosticSettings = [{ workspaceResourceId: monitoring.outputs.workspaceResourceId }]

// GUIDs of Azure's built-in roles.
var roles = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  eventGridDataSender: 'd5a91429-5739-47e2-a06b-3470a27159e7'
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

@description('Everything but an existing cluster is in this group.')
resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: allTags
}

@description('The app\'s identity.')
module appIdentity 'app/identity.bicep' = {
  name: 'app-identity'
  scope: group
  params: {
    name: appIdentityName
    location: location
    tags: allTags
  }
}

@description('The new cluster\'s own identity.')
module clusterIdentity 'app/identity.bicep' = if (ownCluster) {
  name: 'cluster-identity'
  scope: group
  params: {
    name: resourceName(abbreviations.managedIdentityUserAssignedIdentities, 'cluster', token)
    location: location
    tags: allTags
  }
}

@description('Logs, metrics and traces.')
module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: resourceName(abbreviations.operationalInsightsWorkspaces, '', token)
    componentName: componentName
    location: location
    tags: allTags
    dataRetention: logRetentionInDays
    roleAssignments: [
      {
        principalId: appIdentity.outputs.principalId
        description: 'The app sends traces and metrics.'
        roleDefinitionIdOrName: roles.monitoringMetricsPublisher
        principalType: 'ServicePrincipal'
      }
    ]
  }
}

@description('The network.')
module network 'app/network.bicep' = if (ownNetwork) {
  name: 'network'
  scope: group
  params: {
    name: virtualNetworkName
    location: location
    tags: allTags
    addressPrefixes: addressPrefixes
    natGatewayName: resourceName(abbreviations.networkNatGateways, '', token)
    publicIpAddressName: resourceName(abbreviations.networkPublicIPAddresses, '', token)
    networkSecurityGroupNamePrefix: '${abbreviations.networkNetworkSecurityGroups}${token}-'
    availabilityZones: availabilityZones
    privateDnsZones: isPrivate
    diagnosticSettings: diagnosticSettings
  }
}

// A private endpoint of a service in the production shape, none in the others.
func endpoints(isPrivate bool, networkId string, resourceGroupId string, service string, zone string) array =>
  isPrivate
    ? [
        {
          service: service
          subnetResourceId: '${networkId}/subnets/endpoints'
          privateDnsZoneResourceId: '${resourceGroupId}/providers/Microsoft.Network/privateDnsZones/${zone}'
        }
      ]
    : []

@description('Host state, task hub, queues, specs, reports and packages.')
module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: storageAccountName
    location: location
    tags: allTags
    skuName: isPrivate ? 'Standard_GZRS' : 'Standard_LRS'
    containers: ['deployments', 'dead-letters', 'isolation-reports', 'tenant-specs']
    queues: ['cluster-events', 'tenant-requests', 'tenant-requests-poison', 'tenant-requests-rejected']
    allowedSubnetResourceIds: allowedSubnets
    allowedIpRanges: allowedIpRanges
    privateEndpoints: flatten(map(
      ['blob', 'queue', 'table'],
      service => endpoints(isPrivate, networkId, resourceGroupId, service, 'privatelink.${service}.${environment().suffixes.storage}')
    ))
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: [
      {
        principalId: appIdentity.outputs.principalId
        description: 'The host keeps its keys and locks, the app specs and reports.'
        roleDefinitionIdOrName: roles.storageBlobDataOwner
        principalType: 'ServicePrincipal'
      }
      {
        principalId: appIdentity.outputs.principalId
        description: 'The app reads requests; the task hub has its queues.'
        roleDefinitionIdOrName: roles.storageQueueDataContributor
        principalType: 'ServicePrincipal'
      }
      {
        principalId: appIdentity.outputs.principalId
        description: 'The task hub keeps histories.'
        roleDefinitionIdOrName: roles.storageTableDataContributor
        principalType: 'ServicePrincipal'
      }
    ]
    diagnosticSettings: diagnosticSettings
    lock: { kind: enableDeleteLocks ? 'CanNotDelete' : 'None' }
  }
  dependsOn: [network]
}

@description('The tenants\' secrets.')
module tenantVault 'app/key-vault.bicep' = {
  name: 'tenant-vault'
  scope: group
  params: {
    name: tenantVaultName
    location: location
    tags: allTags
    signingKeys: []
    allowedSubnetResourceIds: allowedSubnets
    allowedIpRanges: allowedIpRanges
    privateEndpoints: endpoints(isPrivate, networkId, resourceGroupId, 'vault', 'privatelink.vaultcore.azure.net')
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: [
      {
        principalId: appIdentity.outputs.principalId
        description: 'The app reads the tenants\' secrets.'
        roleDefinitionIdOrName: roles.keyVaultSecretsUser
        principalType: 'ServicePrincipal'
      }
    ]
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [network]
}

@description('The app\'s own keys. No tenant can name this vault.')
module appVault 'app/key-vault.bicep' = {
  name: 'app-vault'
  scope: group
  params: {
    name: appVaultName
    location: location
    tags: allTags
    signingKeys: ['isolation-reports']
    allowedSubnetResourceIds: allowedSubnets
    allowedIpRanges: allowedIpRanges
    privateEndpoints: endpoints(isPrivate, networkId, resourceGroupId, 'vault', 'privatelink.vaultcore.azure.net')
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: [
      {
        principalId: appIdentity.outputs.principalId
        description: 'The app signs reports.'
        roleDefinitionIdOrName: roles.keyVaultCryptoUser
        principalType: 'ServicePrincipal'
      }
    ]
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [network]
}

@description('Where requests are posted.')
module requestTopic 'app/topic.bicep' = {
  name: 'request-topic'
  scope: group
  params: {
    name: requestTopicName
    location: location
    tags: allTags
    privateEndpoints: endpoints(isPrivate, networkId, resourceGroupId, 'topic', 'privatelink.eventgrid.azure.net')
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: []
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [network]
}

@description('Where the app publishes what happened to tenants.')
module eventTopic 'app/topic.bicep' = {
  name: 'event-topic'
  scope: group
  params: {
    name: eventTopicName
    location: location
    tags: allTags
    privateEndpoints: endpoints(isPrivate, networkId, resourceGroupId, 'topic', 'privatelink.eventgrid.azure.net')
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: [
      {
        principalId: appIdentity.outputs.principalId
        description: 'The app publishes events.'
        roleDefinitionIdOrName: roles.eventGridDataSender
        principalType: 'ServicePrincipal'
      }
    ]
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [network]
}

@description('The new cluster.')
module cluster 'app/cluster.bicep' = if (ownCluster) {
  name: 'cluster'
  scope: group
  params: {
    name: clusterName
    location: location
    tags: allTags
    identityResourceId: clusterIdentity!.outputs.resourceId
    identityPrincipalId: clusterIdentity!.outputs.principalId
    kubernetesVersion: kubernetesVersion
    systemVmSize: systemVmSize
    systemNodeCounts: isPrivate ? { min: 3, max: 6 } : { min: 2, max: 3 }
    availabilityZones: map(availabilityZones, zone => string(zone))
    virtualNetworkName: virtualNetworkName
    subnetName: 'nodes'
    enablePrivateCluster: isPrivate
    authorizedIPRanges: concat(['${network!.outputs.outboundIpAddress}/32'], map(allowedIpRanges, range => contains(range, '/') ? range : '${range}/32'))
    adminGroupObjectIds: clusterAdminGroupObjectIds
    advancedNetworkSecurity: advancedNetworkSecurity
    diagnosticSettings: diagnosticSettings
  }
}

@description('The app\'s rights at the cluster.')
module clusterAccess 'cluster-access.bicep' = {
  name: 'cluster-access-${token}'
  scope: subscription(split(clusterResourceId, '/')[2])
  params: {
    clusterResourceId: clusterResourceId
    appName: appIdentityId
    appPrincipalId: appIdentity.outputs.principalId
    subnetResourceIds: ownCluster ? ['${networkId}/subnets/nodes'] : existingClusterSubnetResourceIds
    administratorPrincipalId: principalId
    administratorPrincipalType: principalType
  }
  dependsOn: [cluster]
}

@description('The probe\'s image. Its identity for pulling is that of the cluster\'s kubelets.')
module registry 'app/registry.bicep' = {
  name: 'registry'
  scope: group
  params: {
    name: registryName
    location: location
    tags: allTags
    acrSku: isPrivate ? 'Premium' : 'Basic'
    privateEndpoints: endpoints(isPrivate, networkId, resourceGroupId, 'registry', 'privatelink${environment().suffixes.acrLoginServer}')
    privateEndpointNamePrefix: endpointNamePrefix
    roleAssignments: [
      {
        principalId: clusterAccess.outputs.kubeletPrincipalId
        description: 'The nodes pull images.'
        roleDefinitionIdOrName: roles.acrPull
        principalType: 'ServicePrincipal'
      }
    ]
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [network]
}

@description('What Azure does to the new cluster. The system topic of an existing cluster belongs in that cluster\'s resource group.')
module clusterTopic 'app/system-topic.bicep' = if (ownCluster) {
  name: 'cluster-topic'
  scope: group
  params: {
    name: clusterTopicName
    location: location
    tags: allTags
    source: clusterResourceId
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [cluster]
}

@description('The rights of the topic of requests at the storage account.')
module requestRoles 'app/storage-roles.bicep' = {
  name: 'request-roles'
  scope: group
  params: {
    storageAccountName: storageAccountName
    queueName: 'tenant-requests'
    deadLetterContainerName: 'dead-letters'
    topicName: requestTopicName
    principalId: requestTopic.outputs.systemAssignedMIPrincipalId
  }
  dependsOn: [storage]
}

@description('The rights of the cluster\'s topic at the storage account.')
module clusterEventRoles 'app/storage-roles.bicep' = if (ownCluster) {
  name: 'cluster-event-roles'
  scope: group
  params: {
    storageAccountName: storageAccountName
    queueName: 'cluster-events'
    deadLetterContainerName: 'dead-letters'
    topicName: clusterTopicName
    principalId: clusterTopic!.outputs.systemAssignedMIPrincipalId
  }
  dependsOn: [storage]
}

@description('Requests and cluster events to their queues.')
module subscriptions 'app/subscriptions.bicep' = {
  name: 'subscriptions'
  scope: group
  params: {
    topicName: requestTopicName
    systemTopicName: ownCluster ? clusterTopicName : ''
    storageAccountResourceId: storageAccountId
    requestQueue: 'tenant-requests'
    clusterEventQueue: 'cluster-events'
    deadLetterContainer: 'dead-letters'
    webhookFunctionResourceId: webhookSubscription ? '${resourceGroupId}/providers/Microsoft.Web/sites/${functionAppName}/functions/OnTenantEvent' : ''
  }
  dependsOn: [requestRoles, clusterEventRoles, functionApp]
}

// Read here, so that no deployment has it as an output.
resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  scope: group
  name: componentName
}

var settingsInput = {
  clientId: appIdentity.outputs.clientId
  storageAccountName: storageAccountName
  applicationInsightsConnectionString: component.properties.ConnectionString
  installation: environmentLabel
  clusterResourceId: clusterResourceId
  clusterLocation: clusterAccess.outputs.location
  kubeletClientId: clusterAccess.outputs.kubeletClientId
  pools: {
    vmSize: poolVmSize
    minCount: poolMinCount
    maxCount: poolMaxCount
    zones: map(availabilityZones, zone => string(zone))
  }
  egressByHostName: advancedNetworkSecurity
  eventTopicEndpoint: eventTopic.outputs.endpoint
  vaults: {
    tenants: 'https://${tenantVaultName}${environment().suffixes.keyvaultDns}'
    app: 'https://${appVaultName}${environment().suffixes.keyvaultDns}'
    signingKey: 'https://${appVaultName}${environment().suffixes.keyvaultDns}/keys/isolation-reports'
  }
  probeImage: probeImage
  registry: registryServer
  imageRegistries: imageRegistries
}

@description('The app.')
module functionApp 'app/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: functionAppName
    planName: resourceName(abbreviations.webServerFarms, '', token)
    location: location
    tags: allTags
    identityResourceId: appIdentity.outputs.resourceId
    appSettings: union(hostSettings(settingsInput), tenantSandboxSettings(settingsInput), appSettings)
    deploymentContainerUri: 'https://${storageAccountName}.blob.${environment().suffixes.storage}/deployments'
    virtualNetworkSubnetResourceId: functionSubnetId
    publicNetworkAccess: appPublicNetworkAccess
    allowedIpRanges: map(allowedIpRanges, range => contains(range, '/') ? range : '${range}/32')
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyInstanceCount: alwaysReadyInstanceCount
    zoneRedundant: isPrivate && !empty(availabilityZones)
    apiClientId: apiClientId
    apiIdentifier: apiIdentifier
    privateEndpoints: endpoints(isPrivate && appPublicNetworkAccess == 'Disabled', networkId, resourceGroupId, 'sites', 'privatelink.azurewebsites.net')
    privateEndpointNamePrefix: endpointNamePrefix
    diagnosticSettings: diagnosticSettings
  }
  dependsOn: [storage, tenantVault, appVault]
}

@description('Warns of costs.')
module budget 'app/budget.bicep' = if (budgetAmount > 0) {
  name: 'budget'
  scope: group
  params: {
    name: resourceName(abbreviations.consumptionBudgets, environmentLabel, token)
    amount: max(budgetAmount, 1)
    startDate: budgetStartDate
    contactEmails: contactEmails
  }
}

@description('Warns of events that were not delivered and of what the app reports.')
module alerts 'app/alerts.bicep' = if (!empty(contactEmails)) {
  name: 'alerts'
  scope: group
  params: {
    actionGroupName: resourceName(abbreviations.insightsActionGroups, '', token)
    alertNamePrefix: abbreviations.insightsMetricAlerts
    tags: allTags
    location: location
    contactEmails: contactEmails
    workspaceResourceId: monitoring.outputs.workspaceResourceId
    topicNames: [requestTopicName]
  }
  dependsOn: [requestTopic]
}

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app.')
output AZURE_FUNCTION_APP_NAME string = functionAppName

@description('Base address of the HTTP API.')
output TENANTSANDBOX_URL string = 'https://${functionApp.outputs.defaultHostname}/api'

@description('What callers of the HTTP API ask tokens for.')
output TENANTSANDBOX_API_IDENTIFIER string = apiIdentifier

@description('Where requests are posted as CloudEvents.')
output TENANTSANDBOX_REQUEST_TOPIC string = requestTopic.outputs.endpoint

@description('Where the app publishes events.')
output TENANTSANDBOX_EVENT_TOPIC string = eventTopic.outputs.endpoint

@description('Object id of the app\'s identity: its user name in Kubernetes.')
output TENANTSANDBOX_APP_PRINCIPAL_ID string = appIdentity.outputs.principalId

@description('Resource id of the cluster.')
output TENANTSANDBOX_CLUSTER_RESOURCE_ID string = clusterResourceId

@description('Name of the container registry.')
output AZURE_CONTAINER_REGISTRY_NAME string = registryName

@description('Name of the container registry in images.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer

@description('Address of the vault for the tenants\' secrets.')
output TENANTSANDBOX_TENANT_VAULT string = settingsInput.vaults.tenants
