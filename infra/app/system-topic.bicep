metadata description = 'The topic of what Azure does to the cluster: new versions, and node pools that are upgraded.'

import { diagnosticSettingType } from '../types.bicep'

@description('Name of the system topic.')
param name string

@description('Region of the cluster.')
param location string

@description('Tags of the system topic.')
param tags object

@description('Resource id of the cluster.')
param source string

@description('Where the system topic sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

@description('The system topic.')
resource systemTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: source
    topicType: 'Microsoft.ContainerService.ManagedClusters'
  }
}

@description('Failures of delivery.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: systemTopic
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Object id of the system topic\'s identity.')
output systemAssignedMIPrincipalId string = systemTopic.identity.principalId
