metadata description = 'The container registry of the probe\'s image. No administrator account, no anonymous pull: clusters pull by the identity of their kubelets.'

import { diagnosticSettingType, privateEndpointType, roleAssignmentType } from '../types.bicep'

@description('Name of the registry.')
@minLength(5)
@maxLength(50)
param name string

@description('Region of the registry.')
param location string

@description('Tags of the registry.')
param tags object

@description('Tier of the registry. Private endpoints and zones need Premium.')
@allowed(['Basic', 'Premium'])
param acrSku string

@description('Private endpoints of the registry. With any, the public address is off.')
param privateEndpoints privateEndpointType[]

@description('Prefix of the private endpoints\' names.')
param privateEndpointNamePrefix string

@description('Roles at the registry.')
param roleAssignments roleAssignmentType[]

@description('Where the registry sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

var isPremium = acrSku == 'Premium'

@description('The registry.')
resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: acrSku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: empty(privateEndpoints) ? 'Enabled' : 'Disabled'
    networkRuleBypassOptions: 'None'
    zoneRedundancy: isPremium ? 'Enabled' : 'Disabled'
    policies: isPremium
      ? {
          azureADAuthenticationAsArmPolicy: { status: 'enabled' }
          exportPolicy: { status: 'disabled' }
        }
      : { azureADAuthenticationAsArmPolicy: { status: 'enabled' } }
  }
}

@description('Who pulled and pushed what.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: registry
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Roles at the registry.')
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roleAssignments: {
    scope: registry
    name: guid(registry.id, role.description, role.roleDefinitionIdOrName)
    properties: {
      description: role.description
      principalId: role.principalId
      principalType: role.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.roleDefinitionIdOrName)
    }
  }
]

@description('Private endpoints of the registry.')
module endpoints 'private-endpoint.bicep' = [
  for endpoint in privateEndpoints: {
    name: '${name}-${endpoint.service}'
    params: {
      name: '${privateEndpointNamePrefix}${name}'
      location: location
      tags: tags
      privateLinkServiceResourceId: registry.id
      service: endpoint.service
      subnetResourceId: endpoint.subnetResourceId
      privateDnsZoneResourceId: endpoint.privateDnsZoneResourceId
    }
  }
]

@description('Name of the registry in images.')
output loginServer string = registry.properties.loginServer
