metadata description = 'An Event Grid topic for CloudEvents 1.0 that accepts Microsoft Entra ID only.'

import { diagnosticSettingType, privateEndpointType, roleAssignmentType } from '../types.bicep'

@description('Name of the topic.')
param name string

@description('Region of the topic.')
param location string

@description('Tags of the topic.')
param tags object

@description('Private endpoints of the topic. With any, the public address is off.')
param privateEndpoints privateEndpointType[]

@description('Prefix of the private endpoints\' names.')
param privateEndpointNamePrefix string

@description('Roles at the topic.')
param roleAssignments roleAssignmentType[]

@description('Where the topic sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

@description('The topic.')
resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  // Behind a firewall storage accepts Event Grid's system-assigned identities only.
  identity: { type: 'SystemAssigned' }
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: empty(privateEndpoints) ? 'Enabled' : 'Disabled'
    dataResidencyBoundary: 'WithinRegion'
  }
}

@description('Failures of publishing and delivery.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: topic
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Roles at the topic.')
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roleAssignments: {
    scope: topic
    name: guid(topic.id, role.description, role.roleDefinitionIdOrName)
    properties: {
      description: role.description
      principalId: role.principalId
      principalType: role.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.roleDefinitionIdOrName)
    }
  }
]

@description('Private endpoints of the topic.')
module endpoints 'private-endpoint.bicep' = [
  for endpoint in privateEndpoints: {
    name: '${name}-${endpoint.service}'
    params: {
      name: '${privateEndpointNamePrefix}${name}'
      location: location
      tags: tags
      privateLinkServiceResourceId: topic.id
      service: endpoint.service
      subnetResourceId: endpoint.subnetResourceId
      privateDnsZoneResourceId: endpoint.privateDnsZoneResourceId
    }
  }
]

@description('Resource id of the topic.')
output resourceId string = topic.id

@description('Object id of the topic\'s identity.')
output systemAssignedMIPrincipalId string = topic.identity.principalId

@description('Where events are published.')
output endpoint string = topic.properties.endpoint
