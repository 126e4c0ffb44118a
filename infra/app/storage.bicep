metadata description = 'The storage account of the function app: host state, task hub, queues, specs, reports and deployment packages. It accepts Microsoft Entra ID only.'

import { diagnosticSettingType, lockType, privateEndpointType, roleAssignmentType } from '../types.bicep'

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the account.')
param location string

@description('Tags of the account.')
param tags object

@description('Replication of the account.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS'])
param skuName string

@description('Blob containers to make.')
param containers string[]

@description('Queues to make.')
param queues string[]

@description('Resource ids of subnets whose service endpoint is accepted.')
param allowedSubnetResourceIds string[]

@description('Public IPv4 addresses, or blocks up to /30, of operators who may read the account.')
param allowedIpRanges string[]

@description('Private endpoints of the account.')
param privateEndpoints privateEndpointType[]

@description('Prefix of the private endpoints\' names.')
param privateEndpointNamePrefix string

@description('Roles at the account.')
param roleAssignments roleAssignmentType[]

@description('Where the account sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

@description('The lock of the account.')
param lock lockType

@description('The account. Event Grid writes to its queue as a trusted service, so the firewall stays closed for everything else.')
resource storageAccount 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: skuName }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: { enabled: true, keyType: 'Account' }
        file: { enabled: true, keyType: 'Account' }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
      virtualNetworkRules: map(allowedSubnetResourceIds, id => { id: id, action: 'Allow' })
      ipRules: map(allowedIpRanges, range => { value: range, action: 'Allow' })
    }
  }
}

@description('Deleted blobs and containers can be restored for a while.')
resource blobServices 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 14, allowPermanentDelete: false }
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

@description('The containers.')
resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = [
  for container in containers: {
    parent: blobServices
    name: container
    properties: { publicAccess: 'None' }
  }
]

@description('The queue service.')
resource queueServices 'Microsoft.Storage/storageAccounts/queueServices@2026-06-01' = {
  parent: storageAccount
  name: 'default'
}

@description('The queues: a queue trigger does not make the queue that it reads.')
resource storageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-06-01' = [
  for queue in queues: {
    parent: queueServices
    name: queue
  }
]

@description('The table service, where the task hub keeps histories.')
resource tableServices 'Microsoft.Storage/storageAccounts/tableServices@2026-06-01' = {
  parent: storageAccount
  name: 'default'
}

@description('Capacity and transactions of the account.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource accountDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storageAccount
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Who changed blobs. Reads and writes of the task hub would be most of the log.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobServices
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('Metrics of the queues.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queueServices
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('Metrics of the tables.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableServices
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('Roles at the account.')
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roleAssignments: {
    scope: storageAccount
    name: guid(storageAccount.id, role.description, role.roleDefinitionIdOrName)
    properties: {
      description: role.description
      principalId: role.principalId
      principalType: role.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.roleDefinitionIdOrName)
    }
  }
]

@description('Without the task hub and the specs tenants can be restored only in part.')
resource accountLock 'Microsoft.Authorization/locks@2020-05-01' = if (lock.kind != 'None') {
  scope: storageAccount
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the task hub, the specs and the reports of all tenants.'
  }
}

@description('Private endpoints of the account.')
module endpoints 'private-endpoint.bicep' = [
  for endpoint in privateEndpoints: {
    name: 'storage-${endpoint.service}-endpoint'
    params: {
      name: '${privateEndpointNamePrefix}${endpoint.service}'
      location: location
      tags: tags
      privateLinkServiceResourceId: storageAccount.id
      service: endpoint.service
      subnetResourceId: endpoint.subnetResourceId
      privateDnsZoneResourceId: endpoint.privateDnsZoneResourceId
    }
  }
]

@description('Resource id of the account.')
output resourceId string = storageAccount.id
