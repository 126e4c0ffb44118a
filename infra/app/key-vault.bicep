metadata description = 'A key vault with Azure RBAC, whose content can not be purged before its retention ends.'

import { diagnosticSettingType, privateEndpointType, roleAssignmentType } from '../types.bicep'

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the vault.')
param location string

@description('Tags of the vault.')
param tags object

@description('Names of elliptic-curve keys (P-256) to make for signing.')
param signingKeys string[]

@description('Resource ids of subnets whose service endpoint is accepted.')
param allowedSubnetResourceIds string[]

@description('Public IPv4 addresses or blocks of operators who may use the vault.')
param allowedIpRanges string[]

@description('Private endpoints of the vault. With any, the public address is off.')
param privateEndpoints privateEndpointType[]

@description('Prefix of the private endpoints\' names.')
param privateEndpointNamePrefix string

@description('Roles at the vault.')
param roleAssignments roleAssignmentType[]

@description('Where the vault sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

@description('The vault.')
resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: empty(privateEndpoints) ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      virtualNetworkRules: map(allowedSubnetResourceIds, id => { id: id })
      ipRules: map(allowedIpRanges, range => { value: range })
    }
  }
}

@description('Keys that sign; they never leave the vault.')
resource keys 'Microsoft.KeyVault/vaults/keys@2026-05-15' = [
  for key in signingKeys: {
    parent: vault
    name: key
    tags: tags
    properties: {
      kty: 'EC'
      curveName: 'P-256'
      keyOps: ['sign', 'verify']
      attributes: { enabled: true, exportable: false }
    }
  }
]

@description('Who read and changed what.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Roles at the vault.')
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roleAssignments: {
    scope: vault
    name: guid(vault.id, role.description, role.roleDefinitionIdOrName)
    properties: {
      description: role.description
      principalId: role.principalId
      principalType: role.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.roleDefinitionIdOrName)
    }
  }
]

@description('Private endpoints of the vault.')
module endpoints 'private-endpoint.bicep' = [
  for endpoint in privateEndpoints: {
    name: '${name}-${endpoint.service}'
    params: {
      name: '${privateEndpointNamePrefix}${name}'
      location: location
      tags: tags
      privateLinkServiceResourceId: vault.id
      service: endpoint.service
      subnetResourceId: endpoint.subnetResourceId
      privateDnsZoneResourceId: endpoint.privateDnsZoneResourceId
    }
  }
]

@description('Resource id of the vault.')
output resourceId string = vault.id
